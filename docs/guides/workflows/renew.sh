#!/bin/sh
# renew.sh COMMAND ...
#
# If client.pem is due, runs the command, which puts another certificate there. Then it brings the program up, whether
# it was due or not: a run that was killed after it had renewed is finished by the next one.
set -eu
# What is written from here on is for its owner only.
umask 077

code=0
npx pulumi-zuplo renew-due client.pem --before 30% || code=$?
case $code in
  0) ;; # not due
  2) "$@" ;;
  *) exit "$code" ;;
esac

# A killed run leaves the lock of a state that is in a folder or a bucket. UNLOCK=yes is for a stack that nothing but
# this script updates, one run at a time.
if [ "${UNLOCK-}" = yes ]; then pulumi cancel --yes; fi

# With Terraform: terraform apply -auto-approve -input=false
pulumi up --yes --non-interactive --skip-preview
