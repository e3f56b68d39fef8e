/** The page's only style sheet. No outside font or picture; readable on paper, in the dark and on a telephone. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--line:#d9dee5;--back:#fff;--panel:#f5f7fa;--good:#17683a;--bad:#a8201a;--warn:#855700}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3aebd;--line:#364150;--back:#14181f;--panel:#1d232c;--good:#6fd39b;--bad:#ff9189;--warn:#f0bd5c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.25rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.4rem 0}
.soft{color:var(--soft)}
.id{display:inline-block;margin:.8rem 0 .4rem;padding:.35rem .9rem;border:1px solid var(--line);border-radius:.5rem;background:var(--panel);font:600 1.7rem/1.3 ui-monospace,monospace;letter-spacing:.08em}
.panel{padding:.9rem 1.1rem;border:1px solid var(--line);border-left:.35rem solid var(--soft);border-radius:.5rem;background:var(--panel)}
.panel p{margin:.25rem 0}
.panel.fail{border-left-color:var(--bad)}.panel.warn{border-left-color:var(--warn)}.panel.pass{border-left-color:var(--good)}
.fail>b,.bad{color:var(--bad)}.warn>b,.unsure{color:var(--warn)}.pass>b,.good{color:var(--good)}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.93rem}
th,td{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600;overflow-wrap:normal}
td{min-width:4.5rem;overflow-wrap:break-word}
td:first-child{white-space:nowrap}
dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.2rem 1rem;margin:.4rem 0 1.1rem;font-size:.93rem}
dt{color:var(--soft)}dd{margin:0}
@media(max-width:34rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
details{margin:.6rem 0;border-top:1px solid var(--line);padding-top:.6rem}
summary{cursor:pointer;font-weight:600}
pre{margin:.6rem 0;padding:.8rem;border-radius:.5rem;background:var(--panel);font:.8rem/1.5 ui-monospace,monospace;white-space:pre-wrap}
@media print{body{max-width:none;padding:0}.wide{overflow:visible}}
`;
