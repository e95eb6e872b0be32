// The one style sheet, inline, allowed by its hash: no page loads anything and no other style is obeyed.
import { createHash } from 'node:crypto';

export const style = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5a6475;--line:#dde2e9;--page:#fafbfc;--card:#fff;--link:#1557b0;
--good:#1a7f45;--bad:#b42318;--wait:#8a5a00;--good-bg:#e5f5ec;--bad-bg:#fdeceb;--wait-bg:#fdf3dd;--calm-bg:#eceff4}
@media (prefers-color-scheme:dark){:root{--ink:#e3e8ef;--soft:#9aa5b5;--line:#2c3440;--page:#12161c;--card:#191f27;--link:#82b4ff;
--good:#5fd38d;--bad:#ff8f85;--wait:#f0bf5c;--good-bg:#15301f;--bad-bg:#3a1a18;--wait-bg:#352a12;--calm-bg:#242c37}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1rem}
header{display:flex;gap:1rem;align-items:center;justify-content:space-between;padding-top:.8rem;padding-bottom:.8rem}
header form{margin:0}header button{padding:.15rem .7rem;font-size:.87rem}
.home{font-weight:650;color:inherit;text-decoration:none}
main{padding-bottom:1rem}
footer{color:var(--soft);font-size:.85rem;padding-top:.5rem;padding-bottom:2rem}
a{color:var(--link)}a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
h1{font-size:1.35rem;line-height:1.3;margin:.6rem 0 .2rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}h3{font-size:.9rem;color:var(--soft);margin:1.2rem 0 .3rem}
p{margin:.4rem 0}.soft{color:var(--soft)}.small{font-size:.87rem}.num{white-space:nowrap;font-variant-numeric:tabular-nums}
code,pre{font:.87em/1.45 ui-monospace,monospace;background:var(--calm-bg);border-radius:4px}
code{padding:.08em .3em}pre{padding:.5rem .7rem;overflow-x:auto;white-space:pre-wrap;margin:.5rem 0;max-height:24rem}
td>b:first-child,td>strong:first-child{white-space:nowrap}
code,dd,td{min-width:0}.card>:first-child,.card>dl{margin-top:0}.card>:last-child{margin-bottom:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.8rem 1rem;margin:.8rem 0}
.tag{display:inline-block;border-radius:99px;padding:.05rem .6rem;font-size:.85rem;white-space:nowrap;background:var(--calm-bg);color:var(--ink)}
.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
.tag.good{background:var(--good-bg)}.tag.bad{background:var(--bad-bg)}.tag.wait{background:var(--wait-bg)}
nav.tabs{display:flex;flex-wrap:wrap;gap:.4rem;margin:.6rem 0 1rem}nav.tabs a{padding:.2rem .8rem;border:1px solid var(--line);border-radius:99px;text-decoration:none}
nav.tabs a[aria-current]{background:var(--calm-bg);color:var(--ink);font-weight:600}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line)}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-top:1px solid var(--line)}
th{font-size:.82rem;font-weight:600;color:var(--soft);white-space:nowrap}thead th{border-top:0}
td p:first-child,li p:first-child,dd p:first-child{margin-top:0}td p:last-child,li p:last-child,dd p:last-child{margin-bottom:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0;min-width:0}
ol.steps{display:flex;flex-wrap:wrap;gap:.35rem;list-style:none;padding:0;margin:.8rem 0}
ol.steps li{padding:.15rem .7rem;border-radius:99px;border:1px dashed var(--line);color:var(--soft);font-size:.87rem}
ol.steps li.done{border-style:solid;color:var(--good);background:var(--good-bg)}
ol.steps li.here{border-style:solid;border-color:currentColor;color:var(--ink);font-weight:600;background:var(--card)}
ol.steps li.here.bad{color:var(--bad)}ol.steps li.here.wait{color:var(--wait)}
ol.line{list-style:none;padding:0;margin:0;border-left:2px solid var(--line)}
ol.line>li{display:grid;grid-template-columns:5.2rem 1fr;gap:0 .8rem;padding:.3rem 0 .3rem .9rem;position:relative}
ol.line>li::before{content:"";position:absolute;left:-5px;top:.85rem;width:8px;height:8px;border-radius:50%;background:var(--line)}
ol.line>li.key::before{background:var(--link)}ol.line>li.good::before{background:var(--good)}ol.line>li.bad::before{background:var(--bad)}ol.line>li.wait::before{background:var(--wait)}
ol.line>li{color:var(--ink)}ol.line time{color:var(--soft);font-size:.87rem;font-variant-numeric:tabular-nums}
ol.line .why{color:var(--soft);font-size:.93em}
ul.tree,ul.tree ul{list-style:none;padding-left:1.1rem;margin:.2rem 0}ul.tree{padding-left:0}ul.tree li{margin:.25rem 0}
ul.tree .mark{display:inline-block;min-width:1.1em;font-weight:700}
details summary{cursor:pointer;color:var(--link)}
input[type=password]{width:100%;max-width:26rem;padding:.5rem .7rem;border:1px solid var(--line);border-radius:8px;background:var(--page);color:inherit;font:inherit}
button{padding:.45rem 1.1rem;border:1px solid var(--line);border-radius:8px;background:var(--calm-bg);color:inherit;font:inherit;cursor:pointer}
label{display:block;margin:.6rem 0 .3rem}.actions{margin-top:.8rem}
@media (max-width:40rem){
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}
table,tbody,tr,td{display:block}thead{display:none}tr{border-top:1px solid var(--line);padding:.5rem 0}tbody tr:first-child{border-top:0}
td{border:0;padding:.1rem .8rem}td:empty{display:none}td[data-is]::before{content:attr(data-is) ": ";color:var(--soft);font-size:.85rem}
ol.line>li{grid-template-columns:1fr}}
`;

const hash = createHash('sha256').update(style).digest('base64');

export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
