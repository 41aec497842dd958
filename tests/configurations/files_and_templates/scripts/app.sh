#!/bin/sh
echo ${name} ${join(",", ports)}
