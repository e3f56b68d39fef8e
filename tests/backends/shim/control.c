#include "shim.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_RULES 64
#define ANY_CALL 0

struct rule {
  int nth;
  char function[40];
  struct action action;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct rule rules[MAX_RULES];
static int rule_count;
static struct mode current;
static struct stat seen;

static void parse_mode(const char *line, const char *word) {
  if (!strcmp(word, "token-gone")) {
    char where[16] = "";
    sscanf(line, "%*s %15s", where);
    current.gone = true;
    current.gone_keeps_reader = !strcmp(where, "reader");
  } else if (!strcmp(word, "lock-after")) {
    char flags[16] = "low-final";
    sscanf(line, "%*s %d %15s", &current.try_limit, flags);
    current.try_flags = strcmp(flags, "none") != 0;
  } else {
    sscanf(line, "%*s %15s %63s %63s %63s", current.pinpad, current.pinpad_user, current.pinpad_so, current.pinpad_new);
  }
}

static void parse_rule(const char *line) {
  struct rule rule = {.nth = ANY_CALL};
  int used = 0;
  if (rule_count == MAX_RULES) return;
  if (sscanf(line, "nth %d %n", &rule.nth, &used) >= 1 && used > 0) line += used;
  else if (!strncmp(line, "once ", 5)) rule.nth = 1, line += 5;
  used = 0;
  if (sscanf(line, "%39s %23s %n", rule.function, rule.action.verb, &used) < 2) return;
  if (used > 0) snprintf(rule.action.text, sizeof rule.action.text, "%s", line + used);
  rule.action.value = *rule.action.text ? strtol(rule.action.text, NULL, 0) : UNTIL_KILLED;
  rules[rule_count++] = rule;
}

static void parse(FILE *file) {
  char line[512], word[40];
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    if (sscanf(line, "%39s", word) != 1 || *word == '#') continue;
    if (!strcmp(word, "token-gone") || !strcmp(word, "lock-after") || !strcmp(word, "pinpad")) parse_mode(line, word);
    else parse_rule(line);
  }
}

static bool same_file(const struct stat *a, const struct stat *b) {
  return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_size == b->st_size &&
         a->st_ino == b->st_ino;
}

static void refresh(const char *path) {
  struct stat now = {0};
  FILE *file = NULL;
  if (path && stat(path, &now) != 0) memset(&now, 0, sizeof now);
  if (same_file(&now, &seen)) return;
  seen = now;
  rule_count = 0;
  memset(&current, 0, sizeof current);
  strcpy(current.pinpad_user, "123456");
  strcpy(current.pinpad_so, "12345678");
  strcpy(current.pinpad_new, "123456");
  if (path) file = fopen(path, "re");
  if (!file) return;
  parse(file);
  fclose(file);
}

/* A process that died of a fault is replaced by one that reads the same control file: calls are counted in a file, so that
   "once" means once for both. */
static bool fires(const char *path, int index) {
  char counted[4096];
  struct stat size;
  const struct rule *rule = &rules[index];
  if (rule->nth == ANY_CALL) return true;
  snprintf(counted, sizeof counted, "%s.count.%ld%09ld.%d", path, (long)seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec, index);
  int file = open(counted, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return false;
  flock(file, LOCK_EX);
  bool now = write(file, "x", 1) == 1 && fstat(file, &size) == 0 && size.st_size == rule->nth;
  close(file);
  return now;
}

void read_control(const char *function, struct plan *plan, struct mode *mode) {
  const char *path = setting("SHIM_CONTROL");
  plan->count = 0;
  pthread_mutex_lock(&mutex);
  refresh(path);
  *mode = current;
  for (int i = 0; i < rule_count && plan->count < MAX_ACTIONS; i++) {
    if (strcmp(rules[i].function, "*") && strcmp(rules[i].function, function)) continue;
    if (fires(path, i)) plan->actions[plan->count++] = rules[i].action;
  }
  pthread_mutex_unlock(&mutex);
}
