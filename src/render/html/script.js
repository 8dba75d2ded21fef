(() => {
  const form = document.getElementById("filters");
  const attempts = [...document.querySelectorAll("details.attempt")];
  const incidents = [...document.querySelectorAll("article.incident")];
  const count = form.querySelector("output");
  // Text is put into lower case once, when it is first searched for.
  const texts = new Map();
  const text = (attempt) => {
    if (!texts.has(attempt)) texts.set(attempt, attempt.textContent.toLowerCase());
    return texts.get(attempt);
  };

  const fits = (attempt, outcome, server, kind, words) =>
    (!outcome || attempt.dataset.outcome === outcome || (outcome === "failed" && attempt.dataset.failed === "true")) &&
    (!server || attempt.dataset.server === server) &&
    (!kind || !attempt.dataset.kind || attempt.dataset.kind === kind) &&
    words.every((word) => text(attempt).includes(word));

  const filter = () => {
    const { outcome, server, kind, text } = form.elements;
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const attempt of attempts) {
      attempt.hidden = !fits(attempt, outcome.value, server.value, kind && kind.value, words);
      if (!attempt.hidden) shown += 1;
    }
    for (const incident of incidents) incident.hidden = !fits(incident, outcome.value, server.value, "", words);
    count.textContent = shown === attempts.length ? "" : `${shown} of ${attempts.length} attempts shown`;
    remember(form);
  };

  listen(form, filter);
  form.addEventListener("click", (event) => {
    const open = event.target.dataset.open;
    if (!open) return;
    for (const attempt of attempts) if (open === "false" || !attempt.hidden) attempt.open = open === "true";
  });

  // A link to an attempt shows it, whatever is filtered.
  const follow = () => {
    const body = /^#attempt-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    const attempt = body && body.closest("details");
    if (!attempt) return;
    if (attempt.hidden) form.reset();
    attempt.hidden = false;
    attempt.open = true;
    attempt.scrollIntoView();
  };
  addEventListener("hashchange", follow);

  // What is printed open is up to the reader; where nothing is open, all but the successes of a short report are.
  let opened = [];
  addEventListener("beforeprint", () => {
    const shown = attempts.filter((attempt) => !attempt.hidden);
    if (shown.length > 100 || shown.some((attempt) => attempt.open)) return;
    opened = shown.filter((attempt) => attempt.dataset.outcome !== "success");
    for (const attempt of opened) attempt.open = true;
  });
  addEventListener("afterprint", () => {
    for (const attempt of opened) attempt.open = false;
    opened = [];
  });

  const asked = recall(form);
  form.hidden = attempts.length === 0;
  if (asked) filter();
  follow();
})();
