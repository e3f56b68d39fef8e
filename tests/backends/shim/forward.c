#include "shim.h"

/* One forwarder per function of PKCS#11 2.40 that needs no treatment of its own; a function that the real table lacks answers
   CKR_FUNCTION_NOT_SUPPORTED. */
#define BEGIN(scope, name)                                                                                                       \
  struct plan plan;                                                                                                              \
  struct mode mode;                                                                                                              \
  CK_RV rv;                                                                                                                      \
  if (!real_functions()) return CKR_GENERAL_ERROR;                                                                               \
  if (enter_call(#name, scope, &plan, &mode, &rv)) return rv;                                                                    \
  if (!real_functions()->name) return CKR_FUNCTION_NOT_SUPPORTED;

#define FORWARD(scope, name, parameters, arguments)                                                                              \
  CK_RV name parameters {                                                                                                        \
    BEGIN(scope, name)                                                                                                           \
    rv = real_functions()->name arguments;                                                                                       \
    return fault_leave(&plan, rv);                                                                                               \
  }

#define PRODUCE(scope, name, parameters, arguments, unit)                                                                        \
  CK_RV name parameters {                                                                                                        \
    BEGIN(scope, name)                                                                                                           \
    CK_ULONG capacity = out && length ? *length : 0;                                                                             \
    rv = real_functions()->name arguments;                                                                                       \
    fault_output(&plan, rv, out, capacity * (unit), length);                                                                     \
    return fault_leave(&plan, rv);                                                                                               \
  }

#define IN_MODULE(name, parameters, arguments) FORWARD(SCOPE_MODULE, name, parameters, arguments)
#define IN_SLOT(name, parameters, arguments) FORWARD(SCOPE_SLOT, name, parameters, arguments)

#define S CK_SESSION_HANDLE s
#define MECHANISM CK_MECHANISM_PTR mechanism
#define KEY CK_OBJECT_HANDLE key
#define TEMPLATE CK_ATTRIBUTE_PTR template, CK_ULONG count
#define IN CK_BYTE_PTR in, CK_ULONG size
#define OUT CK_BYTE_PTR out, CK_ULONG_PTR length
#define HANDLE CK_OBJECT_HANDLE_PTR handle

#define ONLY(name) FORWARD(SCOPE_SESSION, name, (S), (s))
#define INIT(name) FORWARD(SCOPE_SESSION, name, (S, MECHANISM, KEY), (s, mechanism, key))
#define TAKE(name) FORWARD(SCOPE_SESSION, name, (S, IN), (s, in, size))
#define TRANSFORM(name) PRODUCE(SCOPE_SESSION, name, (S, IN, OUT), (s, in, size, out, length), 1)
#define FINISH(name) PRODUCE(SCOPE_SESSION, name, (S, OUT), (s, out, length), 1)
#define IN_SESSION(name, parameters, arguments) FORWARD(SCOPE_SESSION, name, parameters, arguments)

IN_MODULE(C_Initialize, (CK_VOID_PTR arguments), (arguments))
IN_MODULE(C_Finalize, (CK_VOID_PTR reserved), (reserved))
IN_MODULE(C_GetInfo, (CK_INFO_PTR info), (info))
IN_MODULE(C_WaitForSlotEvent, (CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved), (flags, slot, reserved))

PRODUCE(SCOPE_SLOT, C_GetMechanismList, (CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR out, CK_ULONG_PTR length), (slot, out, length),
        sizeof *out)
IN_SLOT(C_GetMechanismInfo, (CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info), (slot, type, info))
IN_SLOT(C_OpenSession, (CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session),
        (slot, flags, application, notify, session))
IN_SLOT(C_CloseAllSessions, (CK_SLOT_ID slot), (slot))

ONLY(C_CloseSession)
ONLY(C_Logout)
ONLY(C_FindObjectsFinal)
ONLY(C_GetFunctionStatus)
ONLY(C_CancelFunction)
IN_SESSION(C_GetSessionInfo, (S, CK_SESSION_INFO_PTR info), (s, info))
FINISH(C_GetOperationState)
IN_SESSION(C_SetOperationState, (S, IN, CK_OBJECT_HANDLE encryption, CK_OBJECT_HANDLE authentication),
           (s, in, size, encryption, authentication))

IN_SESSION(C_CreateObject, (S, TEMPLATE, HANDLE), (s, template, count, handle))
IN_SESSION(C_CopyObject, (S, KEY, TEMPLATE, HANDLE), (s, key, template, count, handle))
IN_SESSION(C_DestroyObject, (S, KEY), (s, key))
IN_SESSION(C_GetObjectSize, (S, KEY, CK_ULONG_PTR size), (s, key, size))
IN_SESSION(C_SetAttributeValue, (S, KEY, TEMPLATE), (s, key, template, count))
IN_SESSION(C_FindObjectsInit, (S, TEMPLATE), (s, template, count))
PRODUCE(SCOPE_SESSION, C_FindObjects, (S, CK_OBJECT_HANDLE_PTR out, CK_ULONG max, CK_ULONG_PTR length), (s, out, max, length), 0)

INIT(C_EncryptInit)
TRANSFORM(C_Encrypt)
TRANSFORM(C_EncryptUpdate)
FINISH(C_EncryptFinal)
INIT(C_DecryptInit)
TRANSFORM(C_Decrypt)
TRANSFORM(C_DecryptUpdate)
FINISH(C_DecryptFinal)
IN_SESSION(C_DigestInit, (S, MECHANISM), (s, mechanism))
TRANSFORM(C_Digest)
TAKE(C_DigestUpdate)
IN_SESSION(C_DigestKey, (S, KEY), (s, key))
FINISH(C_DigestFinal)
INIT(C_SignInit)
TRANSFORM(C_Sign)
TAKE(C_SignUpdate)
FINISH(C_SignFinal)
INIT(C_SignRecoverInit)
TRANSFORM(C_SignRecover)
INIT(C_VerifyInit)
IN_SESSION(C_Verify, (S, IN, CK_BYTE_PTR signature, CK_ULONG length), (s, in, size, signature, length))
TAKE(C_VerifyUpdate)
TAKE(C_VerifyFinal)
INIT(C_VerifyRecoverInit)
TRANSFORM(C_VerifyRecover)
TRANSFORM(C_DigestEncryptUpdate)
TRANSFORM(C_DecryptDigestUpdate)
TRANSFORM(C_SignEncryptUpdate)
TRANSFORM(C_DecryptVerifyUpdate)

IN_SESSION(C_GenerateKey, (S, MECHANISM, TEMPLATE, HANDLE), (s, mechanism, template, count, handle))
IN_SESSION(C_GenerateKeyPair,
           (S, MECHANISM, TEMPLATE, CK_ATTRIBUTE_PTR second, CK_ULONG second_count, HANDLE, CK_OBJECT_HANDLE_PTR second_handle),
           (s, mechanism, template, count, second, second_count, handle, second_handle))
PRODUCE(SCOPE_SESSION, C_WrapKey, (S, MECHANISM, KEY, CK_OBJECT_HANDLE wrapped, OUT), (s, mechanism, key, wrapped, out, length), 1)
IN_SESSION(C_UnwrapKey, (S, MECHANISM, KEY, IN, TEMPLATE, HANDLE), (s, mechanism, key, in, size, template, count, handle))
IN_SESSION(C_DeriveKey, (S, MECHANISM, KEY, TEMPLATE, HANDLE), (s, mechanism, key, template, count, handle))
TAKE(C_SeedRandom)
TAKE(C_GenerateRandom)

CK_RV C_GetAttributeValue(S, KEY, TEMPLATE) {
  BEGIN(SCOPE_SESSION, C_GetAttributeValue)
  rv = real_functions()->C_GetAttributeValue(s, key, template, count);
  for (CK_ULONG i = 0; template && i < count; i++) fault_output(&plan, rv, NULL, 0, &template[i].ulValueLen);
  return fault_leave(&plan, rv);
}
