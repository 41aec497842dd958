pw "hunter2"
other = [
  "hunter2"
