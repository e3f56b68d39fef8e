#include "shim.h"
#include <string.h>

enum call { LOGIN, SET_PIN, INIT_PIN, INIT_TOKEN };
static const char *const names[] = {"C_Login", "C_SetPIN", "C_InitPIN", "C_InitToken"};

struct spend {
  enum call call;
  enum kind kind;
  CK_SESSION_HANDLE session;
  CK_SLOT_ID slot;
  CK_USER_TYPE user;
  CK_UTF8CHAR_PTR pin;
  CK_ULONG length;
  CK_UTF8CHAR_PTR second; /* new PIN of C_SetPIN, label of C_InitToken */
  CK_ULONG second_length;
  bool pin_null;
};

static CK_RV forward(const struct spend *s) {
  CK_FUNCTION_LIST_PTR real = real_functions();
  switch (s->call) {
  case LOGIN: return real->C_Login(s->session, s->user, s->pin, s->length);
  case SET_PIN: return real->C_SetPIN(s->session, s->pin, s->length, s->second, s->second_length);
  case INIT_PIN: return real->C_InitPIN(s->session, s->pin, s->length);
  default: return real->C_InitToken(s->slot, s->pin, s->length, s->second);
  }
}

/* Counts as a card does: the try is taken before the comparison and given back by success, or by an answer that shows that
   nothing was compared. */
static CK_RV count_and_forward(const struct spend *s, int limit, bool *reached) {
  struct tally tally;
  CK_RV rv = CKR_PIN_LOCKED;
  tally_open(&tally, s->slot);
  int *used = s->kind == KIND_SO ? &tally.so : &tally.user;
  int before = *used;
  *reached = s->call == INIT_PIN || before < limit;
  if (*reached) {
    if (s->call != INIT_PIN) *used = before + 1;
    tally_save(&tally);
    rv = forward(s);
    if (rv == CKR_OK && s->call == INIT_PIN) tally.user = 0;
    else if (rv == CKR_OK) *used = 0;
    else if (rv != CKR_PIN_INCORRECT) *used = before;
    if (rv == CKR_OK && s->call == INIT_TOKEN) tally.user = 0;
    tally_save(&tally);
  }
  tally_close(&tally);
  return rv;
}

/* What is typed on the reader stands in for a NULL PIN. False: the reader answers *rv and nothing reaches the token. */
static bool ask_pinpad(struct spend *s, struct mode *mode, CK_RV *rv) {
  if (!s->pin_null || !*mode->pinpad) return true;
  *rv = !strcmp(mode->pinpad, "cancel") ? CKR_FUNCTION_CANCELED : CKR_FUNCTION_REJECTED;
  if (!strcmp(mode->pinpad, "cancel") || !strcmp(mode->pinpad, "refuse")) return false;
  char *typed = s->call == INIT_PIN ? mode->pinpad_new : s->kind == KIND_SO ? mode->pinpad_so : mode->pinpad_user;
  if (!strcmp(mode->pinpad, "wrong")) typed = "00000000";
  s->pin = (CK_UTF8CHAR_PTR)typed;
  s->length = strlen(typed);
  if (s->call == SET_PIN && !s->second) {
    s->second = (CK_UTF8CHAR_PTR)mode->pinpad_new;
    s->second_length = strlen(mode->pinpad_new);
  }
  return true;
}

static CK_RV spend(struct spend *s) {
  struct plan plan;
  struct mode mode;
  CK_SESSION_INFO info;
  CK_RV rv;
  bool reached = false;
  if (!real_functions()) return CKR_GENERAL_ERROR;
  s->pin_null = s->pin == NULL;
  if (s->call != INIT_TOKEN && real_functions()->C_GetSessionInfo(s->session, &info) == CKR_OK) {
    s->slot = info.slotID;
    if (s->call == SET_PIN) s->kind = info.state == CKS_RW_SO_FUNCTIONS ? KIND_SO : KIND_USER;
  }
  read_control(names[s->call], &plan, &mode);
  fault_print_pin(&plan, s->pin, s->length);
  bool lost = fault_answers(&plan);
  if (lost) {
    const struct action *rule = find_action(&plan, "rv");
    trace(names[s->call], s->kind, s->pin_null, false, rule != NULL, rule ? (CK_RV)rule->value : 0);
  }
  if (fault_enter(&plan, &rv)) return rv;
  if (!removal_answers(&mode, s->call == INIT_TOKEN ? SCOPE_SLOT : SCOPE_SESSION, &rv) && ask_pinpad(s, &mode, &rv)) {
    reached = true;
    rv = mode.try_limit > 0 ? count_and_forward(s, mode.try_limit, &reached) : forward(s);
  }
  trace(names[s->call], s->kind, s->pin_null, reached, true, rv);
  return fault_leave(&plan, rv);
}

CK_RV C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  enum kind kind = user == CKU_SO ? KIND_SO : user == CKU_CONTEXT_SPECIFIC ? KIND_CONTEXT : KIND_USER;
  return spend(&(struct spend){.call = LOGIN, .kind = kind, .session = session, .user = user, .pin = pin, .length = length});
}

CK_RV C_SetPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old, CK_ULONG old_length, CK_UTF8CHAR_PTR new, CK_ULONG new_length) {
  return spend(&(struct spend){
      .call = SET_PIN, .session = session, .pin = old, .length = old_length, .second = new, .second_length = new_length});
}

CK_RV C_InitPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  return spend(&(struct spend){.call = INIT_PIN, .kind = KIND_SO, .session = session, .pin = pin, .length = length});
}

CK_RV C_InitToken(CK_SLOT_ID slot, CK_UTF8CHAR_PTR pin, CK_ULONG length, CK_UTF8CHAR_PTR label) {
  return spend(&(struct spend){.call = INIT_TOKEN, .kind = KIND_SO, .slot = slot, .pin = pin, .length = length, .second = label});
}
