"use strict";

// How numbers and moments are written. Durations are in nanoseconds and read as on a terminal.

const units = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]];

function duration(ns) {
  const abs = Math.abs(ns);
  if (abs === 0) return "0s";
  if (abs >= 60e9) return minutes(ns);
  for (const [size, unit] of units) {
    if (abs >= size) return String(Math.round(ns / size * 100) / 100) + unit;
  }
  return Math.round(ns) + "ns";
}

// minutes leaves out fractions of seconds from an hour on.
function minutes(ns) {
  const digit = Math.abs(ns) < 3600e9 ? 1e7 : 1e9, hundredths = Math.round(Math.abs(ns) / digit) * digit / 1e7;
  const hours = Math.floor(hundredths / 360000), rest = hundredths % 360000;
  return (ns < 0 ? "-" : "") + (hours ? hours + "h" : "") + Math.floor(rest / 6000) + "m" + rest % 6000 / 100 + "s";
}

const grouped = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});

function integer(n) { return grouped.format(n); }

function counted(n, one, many) { return integer(n) + " " + (n === 1 ? one : many); }

function percent(share) { return (100 * share).toFixed(1) + "%"; }

const plainNumber = new Intl.NumberFormat("en-US", {maximumSignificantDigits: 6});

// decimal writes a number, or a text such as NaN as it is.
function decimal(v) {
  if (typeof v !== "number") return String(v);
  if (Number.isInteger(v) && Math.abs(v) < 1e15) return integer(v);
  return Math.abs(v) >= 1e15 || Math.abs(v) < 1e-4 ? v.toPrecision(6) : plainNumber.format(v);
}

function pad(n, digits) { return String(n).padStart(digits, "0"); }

function date(micros) {
  const d = new Date(micros / 1e3);
  return d.getFullYear() + "-" + pad(d.getMonth() + 1, 2) + "-" + pad(d.getDate(), 2);
}

// clock writes the time of day where the reader is.
function clock(micros, digits = 0) {
  const d = new Date(micros / 1e3);
  const fraction = digits ? "." + pad(Math.floor(micros) % 1e6, 6).slice(0, digits) : "";
  return pad(d.getHours(), 2) + ":" + pad(d.getMinutes(), 2) + ":" + pad(d.getSeconds(), 2) + fraction;
}

function zone(micros) {
  const east = -new Date(micros / 1e3).getTimezoneOffset();
  if (east === 0) return "UTC";
  const abs = Math.abs(east);
  return "UTC" + (east < 0 ? "−" : "+") + pad(Math.floor(abs / 60), 2) + ":" + pad(abs % 60, 2);
}
