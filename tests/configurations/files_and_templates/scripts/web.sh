#!/bin/sh
# ${name}
%{ for port in ports ~}
open ${port}
%{ endfor ~}
echo $${HOME}
