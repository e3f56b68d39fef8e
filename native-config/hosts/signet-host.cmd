@echo off
rem Written by `signet install`; `signet uninstall` removes it.
chcp 65001 >nul
{{environment}}{{node}} {{program}} {{host}} %*
