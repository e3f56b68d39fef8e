#!/bin/sh
# First process of a private mount, IPC and process namespace, root in it: gives openCryptoki a place of its own that is gone
# when the namespace is, and goes on as the command in its arguments.
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /var/lib/opencryptoki
mkdir -p /run/lock/opencryptoki/swtok /var/lib/opencryptoki/swtok/TOK_OBJ
if [ "$(readlink -f /var/lock)" != /run/lock ]; then
  mkdir -p /var/lock/opencryptoki
  mount --bind /run/lock/opencryptoki /var/lock/opencryptoki
fi
# The library serves members of the group pkcs11 only, and the package's group has no meaning in a user namespace.
sed 's/^pkcs11:x:[0-9]*:.*/pkcs11:x:0:root/' /etc/group >/run/group
mount --bind /run/group /etc/group
printf 'version opencryptoki-3.1\nslot 0\n{\nstdll = libpkcs11_sw.so\n}\n' >/run/opencryptoki.conf
mount --bind /run/opencryptoki.conf /etc/opencryptoki/opencryptoki.conf
exec "$@"
