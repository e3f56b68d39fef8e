/* The raw baseline: signatures as fast as the library makes them, with nothing in between.
   loop LIBRARY LABEL rsa|ec THREADS SECONDS; the user PIN is on standard input; prints JSON. */
#define _GNU_SOURCE
#include "../cryptoki.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_THREADS 64
#define WARM_UP 20

static CK_FUNCTION_LIST_PTR p11;
static CK_OBJECT_HANDLE key;
static CK_MECHANISM mechanism;
/* SHA-256 DigestInfo as RS256 has it; ECDSA signs the digest alone. */
static CK_BYTE input[51] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
static CK_BYTE p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static CK_ULONG input_length;
static double seconds;
static pthread_barrier_t start;

struct worker {
  pthread_t thread;
  CK_SESSION_HANDLE session;
  double *latencies;
  size_t count, room;
  double began, ended;
};

static void check(CK_RV rv, const char *what) {
  if (rv == CKR_OK) return;
  fprintf(stderr, "%s: 0x%lx\n", what, rv);
  exit(1);
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(2);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void sign(const struct worker *worker) {
  CK_BYTE signature[512];
  CK_ULONG length = sizeof signature;
  check(p11->C_SignInit(worker->session, &mechanism, key), "C_SignInit");
  check(p11->C_Sign(worker->session, input, input_length, signature, &length), "C_Sign");
}

static void *work(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < WARM_UP; i++) sign(worker);
  pthread_barrier_wait(&start);
  double before = now(), end = before + seconds;
  worker->began = before;
  while (before < end) {
    sign(worker);
    double after = now();
    if (worker->count == worker->room) {
      worker->room = worker->room ? worker->room * 2 : 65536;
      worker->latencies = realloc(worker->latencies, worker->room * sizeof *worker->latencies);
      if (!worker->latencies) fail("out of memory");
    }
    worker->latencies[worker->count++] = after - before;
    before = after;
  }
  worker->ended = before;
  return NULL;
}

static CK_SLOT_ID find_slot(const char *label) {
  CK_SLOT_ID slots[256];
  CK_ULONG count = 256;
  CK_TOKEN_INFO info;
  size_t length = strlen(label);
  check(p11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
  for (CK_ULONG i = 0; i < count; i++) {
    if (p11->C_GetTokenInfo(slots[i], &info) != CKR_OK || length > sizeof info.label || memcmp(info.label, label, length)) continue;
    while (length < sizeof info.label && info.label[length] == ' ') length++;
    if (length == sizeof info.label) return slots[i];
    length = strlen(label);
  }
  fail("no token with this label");
  return 0;
}

static void find_key(CK_SESSION_HANDLE session, int rsa) {
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_KEY_TYPE type = rsa ? CKK_RSA : CKK_EC;
  CK_ATTRIBUTE template[] = {
      {CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type}, {CKA_EC_PARAMS, p256, sizeof p256}};
  CK_ULONG found = 0;
  check(p11->C_FindObjectsInit(session, template, rsa ? 2 : 3), "C_FindObjectsInit");
  check(p11->C_FindObjects(session, &key, 1, &found), "C_FindObjects");
  check(p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
  if (!found) fail("no such key on the token");
}

static void load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(dlerror());
  CK_C_GetFunctionList list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  if (!list) fail("not a PKCS#11 library");
  CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
  check(list(&p11), "C_GetFunctionList");
  check(p11->C_Initialize(&arguments), "C_Initialize");
}

static void login(CK_SESSION_HANDLE session) {
  char pin[256] = "";
  if (!fgets(pin, sizeof pin, stdin)) fail("no PIN on standard input");
  pin[strcspn(pin, "\r\n")] = 0;
  CK_RV rv = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR_PTR)pin, strlen(pin));
  explicit_bzero(pin, sizeof pin);
  check(rv, "C_Login");
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static void report(const struct worker *workers, int threads, const char *kind) {
  size_t total = 0, at = 0;
  double began = workers[0].began, ended = began;
  for (int i = 0; i < threads; i++) total += workers[i].count;
  double *all = malloc((total + 1) * sizeof *all);
  if (!all || total == 0) fail("nothing was signed");
  for (int i = 0; i < threads; i++) {
    memcpy(all + at, workers[i].latencies, workers[i].count * sizeof *all);
    at += workers[i].count;
    if (workers[i].began < began) began = workers[i].began;
    if (workers[i].ended > ended) ended = workers[i].ended;
  }
  qsort(all, total, sizeof *all, ascending);
  printf("{\"mechanism\":\"%s\",\"threads\":%d,\"seconds\":%.6f,\"signatures\":%zu,\"perSecond\":%.1f,"
         "\"p50Microseconds\":%.1f,\"p99Microseconds\":%.1f}\n",
         kind, threads, ended - began, total, total / (ended - began), all[total / 2] * 1e6, all[total * 99 / 100] * 1e6);
  free(all);
}

int main(int argc, char **argv) {
  static struct worker workers[MAX_THREADS];
  if (argc != 6) fail("usage: loop LIBRARY LABEL rsa|ec THREADS SECONDS");
  int rsa = !strcmp(argv[3], "rsa"), threads = atoi(argv[4]);
  seconds = atof(argv[5]);
  if ((!rsa && strcmp(argv[3], "ec")) || threads < 1 || threads > MAX_THREADS || seconds <= 0) fail("bad mechanism, threads or seconds");
  mechanism.mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA;
  input_length = rsa ? 51 : 32;
  load(argv[1]);
  CK_SLOT_ID slot = find_slot(argv[2]);
  for (int i = 0; i < threads; i++)
    check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &workers[i].session), "C_OpenSession");
  login(workers[0].session);
  find_key(workers[0].session, rsa);
  pthread_barrier_init(&start, NULL, threads);
  for (int i = 0; i < threads; i++)
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) fail("no thread");
  for (int i = 0; i < threads; i++) pthread_join(workers[i].thread, NULL);
  report(workers, threads, argv[3]);
  check(p11->C_Logout(workers[0].session), "C_Logout");
  check(p11->C_Finalize(NULL), "C_Finalize");
  return 0;
}
