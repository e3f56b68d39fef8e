/* A PKCS#11 module that forwards to a real one and misbehaves when a control file says so. Grammar: shim.md. */
#ifndef SIGNET_SHIM_H
#define SIGNET_SHIM_H

#define _GNU_SOURCE
#include "../cryptoki.h"
#include <stdbool.h>

#define MAX_ACTIONS 8
#define UNTIL_KILLED (-1L)

/* library.c: the real module's functions, and the settings. NULL when the real module cannot be loaded. */
CK_FUNCTION_LIST_PTR real_functions(void);
const char *setting(const char *name);

/* control.c: what the control file asks for now. */
struct action {
  char verb[24];
  long value;
  char text[160];
};
struct plan {
  int count;
  struct action actions[MAX_ACTIONS];
};
struct mode {
  bool gone, gone_keeps_reader;
  int try_limit;
  bool try_flags;
  char pinpad[16];
  char pinpad_user[64], pinpad_so[64], pinpad_new[64];
};
void read_control(const char *function, struct plan *plan, struct mode *mode);

/* fault.c: carries a plan out around one call. */
bool fault_answers(const struct plan *plan);
bool fault_enter(const struct plan *plan, CK_RV *rv);
CK_RV fault_leave(const struct plan *plan, CK_RV rv);
void fault_output(const struct plan *plan, CK_RV rv, void *buffer, CK_ULONG capacity, CK_ULONG *length);
void fault_print_pin(const struct plan *plan, const CK_UTF8CHAR *pin, CK_ULONG length);
const struct action *find_action(const struct plan *plan, const char *verb);

/* counter.c: wrong tries of user and SO, kept in a file that is locked from tally_open to tally_close. */
struct tally {
  int file;
  char serial[40];
  int user, so;
};
void tally_open(struct tally *tally, CK_SLOT_ID slot);
void tally_save(const struct tally *tally);
void tally_close(struct tally *tally);
CK_FLAGS tally_flags(CK_SLOT_ID slot, int limit);

/* trace.c: one line for each call that could spend a try; never the PIN. */
enum kind { KIND_USER, KIND_SO, KIND_CONTEXT };
void trace(const char *call, enum kind kind, bool pin_null, bool reached, bool returned, CK_RV rv);

/* removal.c: what a removed token looks like. */
enum scope { SCOPE_MODULE, SCOPE_SLOT, SCOPE_SESSION };
bool removal_answers(const struct mode *mode, enum scope scope, CK_RV *rv);

/* enter.c: everything that comes before a forwarded call; true when *rv is the answer already. */
bool enter_call(const char *function, enum scope scope, struct plan *plan, struct mode *mode, CK_RV *rv);

#endif
