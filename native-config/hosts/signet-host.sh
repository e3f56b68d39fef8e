#!/bin/sh
# Written by `signet install`; `signet uninstall` removes it.
{{environment}}exec {{node}} {{program}} {{host}} "$@"
