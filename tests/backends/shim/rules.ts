const number = '(0x[0-9a-fA-F]+|[0-9]+)';
const verbs = [
  '(crash|abort|exit0|overflow|flags-late|flags-frozen|forward-then-(crash|abort|exit0))',
  `(hang|forward-then-hang)( ${number})?`,
  `(rv|delay|length|flags-set|flags-clear|forward-then-rv) ${number}`,
  'print (stdout|stderr) .{1,140}',
  'flood (stdout|stderr) [0-9]+',
  'print-pin (stdout|stderr)( hex)?',
];
const forms = [
  '#.*',
  'token-gone( reader)?',
  'lock-after [1-9][0-9]?( (low-final|none))?',
  'pinpad (enter( [^ ]{1,63}){0,3}|wrong|cancel|refuse)',
  `((once|nth [1-9][0-9]*) )?(\\*|C_[A-Za-z]+) (${verbs.join('|')})`,
].map((form) => new RegExp(`^${form}$`));

/** How many rules the shim holds. */
const MAX_RULES = 64;

/**
 * Throws unless every line is a rule of shim.md: the shim itself passes over what it does not know, and a test with a slip of
 * the pen would pass because no fault happened.
 */
export function checkRules(lines: readonly string[]): void {
  if (lines.length > MAX_RULES) throw new Error(`more than ${MAX_RULES} rules`);
  const wrong = lines.find((line) => !forms.some((form) => form.test(line)));
  if (wrong !== undefined) throw new Error(`not a rule of the fault shim: ${wrong}`);
}
