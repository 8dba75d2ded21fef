"use strict";
// The filters of a page, whoever draws its attempts.
const FIELDS = ["outcome", "server", "kind", "text"];

// The address tells what is shown, so that it can be sent to someone else.
const remember = (form) => {
  const query = new URLSearchParams();
  for (const name of FIELDS) if (form.elements[name] && form.elements[name].value) query.set(name, form.elements[name].value);
  const address = (query.size ? `?${query}` : location.pathname) + location.hash;
  try { history.replaceState(null, "", address); } catch { /* Not every browser lets a local file do that. */ }
};

// Puts into the form what the address asks for; says whether that is anything.
const recall = (form) => {
  const asked = new URLSearchParams(location.search);
  for (const name of FIELDS) if (asked.has(name) && form.elements[name]) form.elements[name].value = asked.get(name);
  return asked.size > 0;
};

// Filters when a person has chosen or typed something.
const listen = (form, filter) => {
  let waiting;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, event.target.type === "search" ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
};
