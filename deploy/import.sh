#!/bin/sh
# Loads what lies in the folder of each organisation, which has its name, and moves it to "loaded" there. What is refused,
# and what nobody has answered yet, stays and is tried again the next time; each is told with the option that answers it,
# and the exit status is 1.
#   deploy/import.sh /var/spool/compliance
inbox=$1
cd "$(dirname "$0")/.." || exit 1
failed=0
for folder in "$inbox"/*/; do
    find "$folder" -maxdepth 1 -type f ! -name '.*' -print0 | sort -z |
        xargs -0 -r .venv/bin/python -m compliance load --organisation "$(basename "$folder")" --move "${folder}loaded" ||
        failed=1
done
exit $failed
