// Draws the rows of a large report out of the data in the page, as they scroll.
(async () => {
  const BATCH = 100;
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const more = document.getElementById("more");
  const count = form.querySelector("output");
  const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const { rows, servers, verdicts, kinds, sures, texts, cards } = JSON.parse(await new Response(stream).text());
  const [ID, LAST, COUNT, TIME, VERDICT, SERVER, KIND, TOOK, SURE, INCIDENT, TEXT, PROOF] = Array(12).keys();

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const link = (address, text) => {
    const made = element("a", "", text);
    made.href = address;
    return made;
  };

  const fill = (body, row) => {
    if (body.firstChild) return;
    if (row[ID] in cards) {
      // Markup that the program made, in which nothing foreign is markup.
      body.innerHTML = cards[row[ID]];
      return;
    }
    body.append(element("p", "", texts[row[TEXT]]));
    if (row[INCIDENT]) {
      const part = element("p", "", "Part of ");
      part.append(link(`#incident-${row[INCIDENT]}`, `incident ${row[INCIDENT]}`), ".");
      body.append(part);
    }
    body.append(element("p", "", `${row[COUNT] > 1 ? "" : "Proof: "}${row[PROOF]}.`));
    body.append(element("p", "weak", "A page has no room for more of so many attempts; the other formats have all of them."));
  };

  const draw = (row) => {
    const verdict = verdicts[row[VERDICT]];
    const attempt = element("details", "attempt");
    const summary = element("summary");
    const many = row[COUNT] > 1;
    summary.append(
      element("span", "id", many ? `#${row[ID]}-${row[LAST]}` : `#${row[ID]}`),
      element("span", "time", row[TIME]),
      element("span", `badge ${verdict.tone}`, many ? `${verdict.name} x ${row[COUNT].toLocaleString("en")}` : verdict.name),
      element("span", "server", `${servers[row[SERVER]]}${kinds.length > 1 ? `, ${kinds[row[KIND]].title}` : ""}`),
      element("span", "took", row[TOOK]),
      element("span", "sure", sures[row[SURE]]),
    );
    const body = element("div", "body");
    body.id = `attempt-${row[ID]}`;
    attempt.append(summary, body);
    attempt.addEventListener("toggle", () => fill(body, row));
    return attempt;
  };

  // Text is put together once, when it is first searched for.
  const found = new Map();
  const text = (row) => {
    if (!found.has(row)) {
      const card = (cards[row[ID]] || "").replace(/<[^>]*>/g, " ");
      const words = [verdicts[row[VERDICT]].name, servers[row[SERVER]], kinds[row[KIND]].title, texts[row[TEXT]], row[PROOF], card];
      found.set(row, words.join(" ").toLowerCase());
    }
    return found.get(row);
  };

  let fitting = rows;
  let drawn = 0;
  const next = () => {
    const until = Math.min(drawn + BATCH, fitting.length);
    list.append(...fitting.slice(drawn, until).map(draw));
    drawn = until;
    more.hidden = drawn >= fitting.length;
    // An observer tells of changes alone: asked anew, it also tells of an end that stayed in sight.
    end.unobserve(more);
    end.observe(more);
  };
  const end = new IntersectionObserver((entries) => {
    if (drawn < fitting.length && entries.some((entry) => entry.isIntersecting)) next();
  }, { rootMargin: "800px" });
  const restart = () => {
    list.replaceChildren();
    drawn = 0;
    next();
  };

  const articles = [...document.querySelectorAll("article.incident")];
  const filter = () => {
    const { outcome, server, kind, text: words } = form.elements;
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => {
      const verdict = verdicts[row[VERDICT]];
      return (
        (!outcome.value || verdict.outcome === outcome.value || (outcome.value === "failed" && verdict.failed)) &&
        (!server.value || servers[row[SERVER]] === server.value) &&
        (!kind || !kind.value || kinds[row[KIND]].name === kind.value) &&
        wanted.every((word) => text(row).includes(word))
      );
    };
    fitting = rows.filter(fits);
    const sum = (some) => some.reduce((total, row) => total + row[COUNT], 0);
    const [shown, all] = [sum(fitting), sum(rows)];
    count.textContent = shown === all ? "" : `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} attempts shown`;
    for (const article of articles) {
      article.hidden =
        (outcome.value && outcome.value !== "failed" && article.dataset.outcome !== outcome.value) ||
        (server.value && article.dataset.server !== server.value) ||
        !wanted.every((word) => article.textContent.toLowerCase().includes(word));
    }
    remember(form);
    restart();
  };

  listen(form, filter);

  // A link to an attempt shows it, whatever is filtered, and the run that it is part of where it has no row of its own.
  const follow = () => {
    const wanted = Number((/^#attempt-(\d+)$/.exec(location.hash) || [])[1]);
    const holds = (row) => (row[COUNT] > 1 ? row[ID] <= wanted && wanted <= row[LAST] : row[ID] === wanted);
    const own = rows.find((row) => row[ID] === wanted && row[COUNT] === 1) || rows.find(holds);
    if (!own) return;
    if (!fitting.includes(own)) {
      // Not by a reset of the form, which would draw all rows once more when it is over.
      for (const name of FIELDS) if (form.elements[name]) form.elements[name].value = "";
      filter();
    }
    while (drawn <= fitting.indexOf(own)) next();
    const attempt = list.children[fitting.indexOf(own)];
    attempt.open = true;
    fill(attempt.lastElementChild, own);
    attempt.scrollIntoView();
  };
  addEventListener("hashchange", follow);

  const asked = recall(form);
  form.hidden = rows.length === 0;
  if (asked) filter(); else restart();
  follow();
})();
