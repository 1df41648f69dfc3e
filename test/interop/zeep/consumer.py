"""A consumer of archief_v1 made of zeep and xmlsec, for the tests.

Reads one JSON object from its standard input: wsdl, url, profile (2W-be or 2W-be-S), key, certificate, authorities (PEM files),
operation, arguments. Writes one JSON object: {"answer": …}, {"fault": {"code": …, "message": …}} or {"error": …}.
"""

import base64
import datetime
import json
import sys
import uuid

import requests
import xmlsec
import zeep
import zeep.exceptions
import zeep.helpers
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
DS = "http://www.w3.org/2000/09/xmldsig#"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = _OASIS + "wssecurity-secext-1.0.xsd"
WSU = _OASIS + "wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
X509 = _OASIS + "x509-token-profile-1.0#X509v3"
BASE64 = _OASIS + "soap-message-security-1.0#Base64Binary"


class Signed:
    """Signs Body, Timestamp and every addressing header, and verifies that an answer has them signed and confirmed."""

    def __init__(self, key, certificate):
        self.key = key
        with open(certificate, encoding="ascii") as pem:
            lines = pem.read().split("-----END CERTIFICATE-----")[0].splitlines()
        self.token = "".join(line for line in lines if not line.startswith("-----"))
        self.sent = None

    def apply(self, envelope, headers):
        header = envelope.find(f"{{{SOAP}}}Header")
        security = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
        security.set(f"{{{SOAP}}}mustUnderstand", "1")
        header.insert(0, security)
        token = etree.SubElement(security, f"{{{WSSE}}}BinarySecurityToken", ValueType=X509, EncodingType=BASE64)
        token.text = self.token
        token_id = named(token)
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        timestamp = etree.SubElement(security, f"{{{WSU}}}Timestamp")
        for name, at in (("Created", now), ("Expires", now + datetime.timedelta(seconds=300))):
            etree.SubElement(timestamp, f"{{{WSU}}}{name}").text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = xmlsec.template.create(
            envelope, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds"
        )
        security.append(signature)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(self.key, xmlsec.KeyFormat.PEM)
        body = envelope.find(f"{{{SOAP}}}Body")
        parts = [body, timestamp] + [block for block in header if block.tag.startswith(f"{{{WSA}}}")]
        for part in parts:
            part_id = named(part)
            context.register_id(part, "Id", WSU)
            reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#" + part_id)
            xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        key_info = xmlsec.template.ensure_key_info(signature)
        named_token = etree.SubElement(key_info, f"{{{WSSE}}}SecurityTokenReference")
        etree.SubElement(named_token, f"{{{WSSE}}}Reference", URI="#" + token_id, ValueType=X509)
        context.sign(signature)
        self.sent = signature.findtext(f"{{{DS}}}SignatureValue")
        return envelope, headers

    def verify(self, envelope):
        security = envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security")
        signature = security.find(f"{{{DS}}}Signature")
        token = security.findtext(f"{{{WSSE}}}BinarySecurityToken")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(base64.b64decode(token), xmlsec.KeyFormat.CERT_DER)
        covered = {
            reference.get("URI")[1:] for reference in signature.iter(f"{{{DS}}}Reference")
        }
        expected = [envelope.find(f"{{{SOAP}}}Body"), security.find(f"{{{WSU}}}Timestamp")]
        expected += [security.find(f"{{{WSSE11}}}SignatureConfirmation")]
        expected += envelope.findall(f"{{{SOAP}}}Header/{{{WSA}}}*")
        for part in expected:
            if part.get(f"{{{WSU}}}Id") not in covered:
                raise ValueError(f"{part.tag} is not signed")
            context.register_id(part, "Id", WSU)
        context.verify(signature)
        confirmed = security.find(f"{{{WSSE11}}}SignatureConfirmation").get("Value")
        if "".join(confirmed.split()) != "".join(self.sent.split()):
            raise ValueError("another signature is confirmed")


def named(element):
    """Gives an element a wsu:Id."""
    name = "id-" + uuid.uuid4().hex
    element.set(f"{{{WSU}}}Id", name)
    return name


def call(order):
    session = requests.Session()
    # Otherwise variables of the environment would choose the CAs and a proxy.
    session.trust_env = False
    session.verify = order["authorities"]
    session.cert = (order["certificate"], order["key"])
    wsse = Signed(order["key"], order["certificate"]) if order["profile"] == "2W-be-S" else None
    transport = zeep.Transport(session=session)
    client = zeep.Client(order["wsdl"], transport=transport, wsse=wsse)
    [binding] = client.wsdl.bindings
    service = client.create_service(binding, order["url"])
    arguments = {
        key: base64.b64decode(value["base64"]) if isinstance(value, dict) else value
        for key, value in order["arguments"].items()
    }
    return service[order["operation"]](**arguments)


def plain(value):
    """Bytes as {"base64": …}, so that JSON can hold them."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def main():
    try:
        answer = call(json.load(sys.stdin))
        outcome = {"answer": plain(zeep.helpers.serialize_object(answer, dict))}
    except zeep.exceptions.Fault as fault:
        outcome = {"fault": {"code": fault.code, "message": fault.message}}
    except Exception as error:  # whatever went wrong is what the test wants to see
        outcome = {"error": f"{type(error).__name__}: {error}"}
    json.dump(outcome, sys.stdout)


main()
