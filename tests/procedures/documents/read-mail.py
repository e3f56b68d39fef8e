"""Reads a message from standard input and tells as JSON what another program than ours finds in it."""
import base64
import json
import sys
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import getaddresses

source = sys.stdin.buffer.read()
message = BytesParser(policy=policy.default).parsebytes(source)
parts = []
defects = [str(defect) for defect in message.defects]
for part in message.walk():
    defects += [repr(defect) for defect in part.defects]
    for name, value in part.items():
        # The name that is put there for old programs beside the one that RFC 2231 asks for in Content-Disposition.
        if name != 'Content-Type':
            defects += [f'{name}: {defect!r}' for defect in getattr(value, 'defects', ())]
    if part.is_multipart():
        continue
    parts.append(
        {
            'type': part.get_content_type(),
            'disposition': part.get_content_disposition(),
            'name': part.get_filename(),
            'encoding': str(part['Content-Transfer-Encoding']),
            'bytes': base64.b64encode(part.get_payload(decode=True)).decode(),
        }
    )
# The new parser puts a blank between two encoded words of one name, the old one does not.
plain = BytesParser(policy=policy.compat32).parsebytes(source)
addresses = {
    name: [[str(make_header(decode_header(shown))), address] for shown, address in getaddresses(plain.get_all(name))]
    if plain[name]
    else None
    for name in ('From', 'Reply-To', 'To', 'Cc', 'Bcc')
}
headers = [[name, str(value)] for name, value in message.items()]
json.dump({'headers': headers, 'addresses': addresses, 'parts': parts, 'defects': defects}, sys.stdout)
