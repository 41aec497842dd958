# What provisioners and connections refer to is checked; the keywords among their arguments are none of it.
resource "terraform_data" "host" {
  count = 2
  input = "host-${count.index}"

  connection {
    host = self.id
    user = "admin"
  }

  provisioner "local-exec" {
    when        = destroy
    on_failure  = continue
    command     = "echo ${self.input} ${count.index}"
    environment = { NAME = self.id }
  }

  provisioner "local-exec" {
    when    = create
    command = "echo ${terraform_data.other.id}"
  }
}

resource "terraform_data" "other" {
  input = "other"
}
