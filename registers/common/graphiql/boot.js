// Starts GraphiQL for one register, with an access token that is pasted. Everything comes from, and goes to, the origin of
// this page. The token and what was asked live in memory: a reload forgets them.
(async function () {
  "use strict";

  const byId = (id) => document.getElementById(id);

  function tell(text, wrong) {
    const state = byId("token-state");
    state.textContent = text;
    state.classList.toggle("wrong", Boolean(wrong));
  }

  let register;
  try {
    register = await (await fetch("assets/register.json")).json();
  } catch {
    byId("notice").textContent = "The register does not answer. Reload this page when it runs again.";
    return;
  }
  document.title = "Register " + register.name;
  byId("title").textContent = document.title;

  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    byId("notice").textContent =
      "The files of GraphiQL are not on this machine. In a checkout, run “python -m gateway.transport.fetch_assets” once; " +
      "elsewhere, name their folder with --graphiql-assets. Then start the register again. /graphql itself works without them.";
    return;
  }

  const { React, ReactDOM, GraphiQL } = window;
  const needed = "Paste an access token for " + register.audience;

  // A Storage that forgets: queries may hold a BSN, and a browser writes its own kinds of storage to disk.
  function memory() {
    const kept = new Map();
    return {
      get length() {
        return kept.size;
      },
      getItem: (key) => (kept.has(key) ? kept.get(key) : null),
      setItem: (key, value) => void kept.set(key, String(value)),
      removeItem: (key) => void kept.delete(key),
      clear: () => kept.clear(),
    };
  }

  // A new function for each token: GraphiQL then asks for the schema again.
  function newFetcher(token) {
    return async function fetcher(params, options) {
      if (!token && !register.openSchema) return { errors: [{ message: needed + "." }] };
      const headers = {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        ...((options && options.headers) || {}),
      };
      if (token) headers.Authorization = "Bearer " + token;
      const body = { query: params.query, variables: params.variables, operationName: params.operationName };
      const response = await fetch("graphql", { method: "POST", headers, body: JSON.stringify(body) });
      return response.json();
    };
  }

  // The register judges; this only says early what would be refused.
  function verdict(token) {
    if (!token) return [needed, false];
    try {
      const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      const claims = JSON.parse(atob(part));
      const until = new Date(claims.exp * 1000);
      if (![].concat(claims.aud).includes(register.audience)) return ["for another audience; " + needed.toLowerCase(), true];
      if (until < new Date()) return ["expired; " + needed.toLowerCase(), true];
      return ["until " + until.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), false];
    } catch {
      return ["that is no token; " + needed.toLowerCase(), true];
    }
  }

  const root = ReactDOM.createRoot(byId("graphiql"));
  const storage = memory();

  function show(token) {
    tell(...verdict(token));
    root.render(
      React.createElement(GraphiQL, {
        fetcher: newFetcher(token),
        defaultQuery: register.query,
        storage,
        shouldPersistHeaders: false,
        inputValueDeprecation: true,
        defaultEditorToolsVisibility: false,
      }),
    );
  }

  let shown = "";
  byId("token").addEventListener("input", (event) => {
    const token = event.target.value.replace(/^\s*bearer\s/i, "").replace(/\s+/g, "");
    if (token === shown) return;
    shown = token;
    show(token);
  });
  show("");
})();
