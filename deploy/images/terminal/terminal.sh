#!/bin/sh
# CLIPBOARD is what a browser's viewer exchanges; xterm alone would only fill PRIMARY.
# The user of an app has a number and no name, and bash would greet it with "I have no name!".
export PS1='\W\$ '
exec xterm -u8 -fa 'DejaVu Sans Mono' -fs 11 -xrm 'XTerm*selectToClipboard: true' \
  -bg '#11151c' -fg '#e6e9ef' -bw 0 +sb -sl 5000 -e bash --norc
