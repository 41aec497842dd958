#!/bin/sh
exec /opt/service --port ${port} --database ${database}
