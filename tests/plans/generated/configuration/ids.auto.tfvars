vpc_id = "vpc-c454068d884c361e2"
gateway_id = "igw-e5c230b73102e5a27"
group_id = "sg-2a36740ce61490f92"
