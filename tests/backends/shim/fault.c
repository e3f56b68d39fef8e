#include "shim.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OVERFLOW_BYTES 65536

static const char *const answering[] = {"crash", "abort", "exit0", "hang", "rv"};
static const char forward_then[] = "forward-then-";

static void wait_ms(long ms) {
  if (ms == UNTIL_KILLED)
    for (;;) pause();
  struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

/* Ends the process, waits, or gives the answer. A hang that ends answers `after_hang`. */
static CK_RV misbehave(const char *verb, long value, CK_RV after_hang) {
  static int *volatile nowhere;
  if (!strcmp(verb, "crash")) *nowhere = 1;
  if (!strcmp(verb, "abort")) abort();
  if (!strcmp(verb, "exit0")) exit(0);
  if (!strcmp(verb, "rv")) return (CK_RV)value;
  wait_ms(value);
  return after_hang;
}

static bool is_answering(const char *verb) {
  for (size_t i = 0; i < sizeof answering / sizeof *answering; i++)
    if (!strcmp(verb, answering[i])) return true;
  return false;
}

/* "stdout words" or "stderr words": the stream, and where the words begin. */
static int stream(const char *text, const char **words) {
  *words = text + (strlen(text) > 6 ? 7 : strlen(text));
  return strncmp(text, "stderr", 6) ? STDOUT_FILENO : STDERR_FILENO;
}

/* All of it, on a pipe that its reader has made non-blocking too. */
static void put(int to, const char *text) {
  size_t left = strlen(text);
  while (left > 0) {
    ssize_t written = write(to, text, left);
    struct pollfd ready = {.fd = to, .events = POLLOUT};
    if (written >= 0) text += written, left -= written;
    else if (errno == EAGAIN) poll(&ready, 1, -1);
    else if (errno != EINTR) return;
  }
}

static void print(const struct action *action) {
  const char *words;
  char line[256];
  int to = stream(action->text, &words);
  if (!strcmp(action->verb, "print")) {
    snprintf(line, sizeof line, "%s\n", words);
    put(to, line);
  }
  if (!strcmp(action->verb, "flood"))
    for (long left = atol(words); left > 0; left -= 64) {
      snprintf(line, sizeof line, "%063ld\n", left);
      put(to, line);
    }
}

const struct action *find_action(const struct plan *plan, const char *verb) {
  for (int i = 0; i < plan->count; i++)
    if (!strcmp(plan->actions[i].verb, verb)) return &plan->actions[i];
  return NULL;
}

bool fault_answers(const struct plan *plan) {
  for (int i = 0; i < plan->count; i++)
    if (is_answering(plan->actions[i].verb)) return true;
  return false;
}

bool fault_enter(const struct plan *plan, CK_RV *rv) {
  for (int i = 0; i < plan->count; i++) {
    const struct action *action = &plan->actions[i];
    print(action);
    if (!strcmp(action->verb, "delay")) wait_ms(action->value);
    if (!is_answering(action->verb)) continue;
    *rv = misbehave(action->verb, action->value, CKR_DEVICE_ERROR);
    return true;
  }
  return false;
}

CK_RV fault_leave(const struct plan *plan, CK_RV rv) {
  for (int i = 0; i < plan->count; i++) {
    const struct action *action = &plan->actions[i];
    if (strncmp(action->verb, forward_then, sizeof forward_then - 1)) continue;
    return misbehave(action->verb + sizeof forward_then - 1, action->value, rv);
  }
  return rv;
}

void fault_output(const struct plan *plan, CK_RV rv, void *buffer, CK_ULONG capacity, CK_ULONG *length) {
  const struct action *wrong = find_action(plan, "length");
  if (rv != CKR_OK || !length) return;
  if (buffer && find_action(plan, "overflow")) memset((char *)buffer + capacity, 0xA5, OVERFLOW_BYTES);
  if (wrong) *length = (CK_ULONG)wrong->value;
}

void fault_print_pin(const struct plan *plan, const CK_UTF8CHAR *pin, CK_ULONG length) {
  const struct action *action = find_action(plan, "print-pin");
  const char *form;
  char line[600] = "pin=0x";
  if (!action || !pin || length > 256) return;
  int to = stream(action->text, &form);
  if (strcmp(form, "hex")) snprintf(line, sizeof line, "pin=[%.*s]", (int)length, (const char *)pin);
  else
    for (CK_ULONG i = 0; i < length; i++) sprintf(line + 6 + 2 * i, "%02x", pin[i]);
  put(to, strcat(line, "\n"));
}
