#!/usr/bin/env python3
"""Write the certificates and trust objects of libnssckbi.so as certdata.txt.

usage: dump.py libnssckbi.so > certdata.txt

The library is a PKCS#11 module; Mozilla builds it from certdata.txt and this
turns it back into that form, with the attributes that matter for mail and no
others. No key, no password and no network are involved.
"""
import ctypes
import sys

VENDOR = 0x80000000 | 0x4E534350
CKO_CERTIFICATE, CKO_NSS_TRUST = 1, VENDOR + 3
CKA_CLASS, CKA_LABEL, CKA_VALUE, CKA_ISSUER, CKA_SERIAL = 0x00, 0x03, 0x11, 0x81, 0x82
CKA_EMAIL_DISTRUST_AFTER = VENDOR + 36
CKA_TRUST_EMAIL_PROTECTION, CKA_CERT_SHA1_HASH = VENDOR + 0x2000 + 11, VENDOR + 0x2000 + 100
TRUST = {VENDOR + 1: "CKT_NSS_TRUSTED", VENDOR + 2: "CKT_NSS_TRUSTED_DELEGATOR", VENDOR + 3: "CKT_NSS_MUST_VERIFY_TRUST",
         VENDOR + 5: "CKT_NSS_TRUST_UNKNOWN", VENDOR + 10: "CKT_NSS_NOT_TRUSTED", VENDOR + 11: "CKT_NSS_VALID_DELEGATOR"}
UNAVAILABLE = ctypes.c_ulong(-1).value
INITIALIZE, GET_SLOTS, OPEN_SESSION, GET_ATTRIBUTE, FIND_INIT, FIND, FIND_FINAL = 0, 4, 12, 24, 26, 27, 28


class Attribute(ctypes.Structure):
    _fields_ = [("type", ctypes.c_ulong), ("value", ctypes.c_void_p), ("length", ctypes.c_ulong)]


class Functions(ctypes.Structure):
    _fields_ = [("version", ctypes.c_ubyte * 2), ("table", ctypes.c_void_p * 68)]


class Module:
    def __init__(self, path):
        library = ctypes.CDLL(path)
        functions = ctypes.POINTER(Functions)()
        if library.C_GetFunctionList(ctypes.byref(functions)) != 0:
            sys.exit("dump: C_GetFunctionList failed")
        self.table = functions.contents.table
        self.call(INITIALIZE, None)
        count = ctypes.c_ulong(8)
        slots = (ctypes.c_ulong * 8)()
        self.call(GET_SLOTS, ctypes.c_ubyte(1), slots, ctypes.byref(count))
        self.session = ctypes.c_ulong()
        self.call(OPEN_SESSION, ctypes.c_ulong(slots[0]), ctypes.c_ulong(4), None, None, ctypes.byref(self.session))

    def raw(self, index, *arguments):
        return ctypes.CFUNCTYPE(ctypes.c_ulong)(self.table[index])(*arguments)

    def call(self, index, *arguments):
        code = self.raw(index, *arguments)
        if code != 0:
            sys.exit("dump: PKCS#11 function %d failed: %#x" % (index, code))

    def find(self, kind):
        value = ctypes.c_ulong(kind)
        wanted = Attribute(CKA_CLASS, ctypes.cast(ctypes.byref(value), ctypes.c_void_p), ctypes.sizeof(value))
        self.call(FIND_INIT, self.session, ctypes.byref(wanted), ctypes.c_ulong(1))
        out, handle, found = [], ctypes.c_ulong(), ctypes.c_ulong()
        while True:
            self.call(FIND, self.session, ctypes.byref(handle), ctypes.c_ulong(1), ctypes.byref(found))
            if found.value == 0:
                break
            out.append(handle.value)
        self.call(FIND_FINAL, self.session)
        return out

    def get(self, handle, kind):
        a = Attribute(kind, None, 0)
        if self.raw(GET_ATTRIBUTE, self.session, ctypes.c_ulong(handle), ctypes.byref(a), ctypes.c_ulong(1)) != 0:
            return None
        if a.length == UNAVAILABLE:
            return None
        data = ctypes.create_string_buffer(a.length)
        a.value = ctypes.cast(data, ctypes.c_void_p)
        self.call(GET_ATTRIBUTE, self.session, ctypes.c_ulong(handle), ctypes.byref(a), ctypes.c_ulong(1))
        return data.raw[:a.length]


def octal(name, value):
    print(name + " MULTILINE_OCTAL")
    for i in range(0, len(value), 16):
        print("".join("\\%03o" % b for b in value[i:i + 16]))
    print("END")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    module = Module(sys.argv[1])
    print("BEGINDATA")
    for handle in module.find(CKO_CERTIFICATE):
        print("CKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE")
        for name, kind in ("CKA_ISSUER", CKA_ISSUER), ("CKA_SERIAL_NUMBER", CKA_SERIAL), ("CKA_VALUE", CKA_VALUE):
            octal(name, module.get(handle, kind))
        after = module.get(handle, CKA_EMAIL_DISTRUST_AFTER)
        if after is None or after == b"\0":
            print("CKA_NSS_EMAIL_DISTRUST_AFTER CK_BBOOL CK_FALSE")
        else:
            octal("CKA_NSS_EMAIL_DISTRUST_AFTER", after)
        print()
    for handle in module.find(CKO_NSS_TRUST):
        print("CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST")
        for name, kind in ("CKA_CERT_SHA1_HASH", CKA_CERT_SHA1_HASH), ("CKA_ISSUER", CKA_ISSUER), ("CKA_SERIAL_NUMBER", CKA_SERIAL):
            value = module.get(handle, kind)
            if value:
                octal(name, value)
        trust = int.from_bytes(module.get(handle, CKA_TRUST_EMAIL_PROTECTION), sys.byteorder)
        print("CKA_TRUST_EMAIL_PROTECTION CK_TRUST " + TRUST.get(trust, "UNKNOWN_%x" % trust))
        print()


main()
