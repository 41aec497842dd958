locals {
  fine   = 1
  broken = nope()
}
