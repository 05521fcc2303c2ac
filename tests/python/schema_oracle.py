"""Says of each settings file on standard input whether jsonschema accepts it.

Input is JSON: {"schema": …, "files": [ … ]}; output one true or false for each file.
"""

import json
import sys

import jsonschema

given = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(given["schema"])
validator = jsonschema.Draft202012Validator(given["schema"])
json.dump([validator.is_valid(file) for file in given["files"]], sys.stdout)
