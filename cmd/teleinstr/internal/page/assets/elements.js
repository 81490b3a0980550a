"use strict";

// element makes an element with text and other nodes in it. Properties are set as such, those with a dash as attributes.
function element(tag, properties, ...inside) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role") e.setAttribute(name, value);
    else e[name] = value;
  }
  e.append(...inside.filter((i) => i !== null && i !== undefined));
  return e;
}

function byID(id) { return document.getElementById(id); }

function button(text, onclick, properties) { return element("button", {type: "button", onclick, ...properties}, text); }

// pathTitle makes a heading of a path, which breaks at dots where it does not fit.
function pathTitle(path) {
  const title = element("h2", {className: "path"});
  path.split(".").forEach((name, i) => title.append(...(i > 0 ? [".", element("wbr"), name] : [name])));
  return title;
}

// facts makes a list of terms and what there is to them, from pairs.
function facts(pairs, properties) {
  const list = element("dl", properties);
  for (const [term, text] of pairs) {
    list.append(element("div", null, element("dt", null, term), element("dd", null, text)));
  }
  return list;
}

// meter makes a bar that is filled to a share.
function meter(share, className) {
  const filled = element("span", {className: "filled"});
  filled.style.width = 100 * Math.min(1, Math.max(0, share)) + "%";
  return element("span", {className: "meter " + (className ?? ""), "aria-hidden": "true"}, filled);
}
