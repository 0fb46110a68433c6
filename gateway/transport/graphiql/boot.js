// Starts GraphiQL with what it does not have by itself: a caller to ask as, examples, and the plan of the last query.
// Everything comes from, and goes to, the origin of this page. Tokens live in memory, tabs as long as the window.
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const notice = byId("notice");

  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    notice.textContent =
      "The files of GraphiQL are not on this machine yet. Run “python -m gateway.transport.fetch_assets” once, with npm " +
      "or a package index within reach, and start the gateway again. /graphql itself works without them.";
    return;
  }

  const { React, ReactDOM, GraphiQL } = window;
  const h = React.createElement;

  // -- who asks --------------------------------------------------------------------------------------------------

  const caller = { party: "", token: "", renewAt: 0 };

  async function json(path, options) {
    const response = await fetch(path, options);
    const content = await response.json();
    if (!response.ok) {
      const error = content.errors && content.errors[0] && content.errors[0].message;
      throw new Error(error || content.error_description || response.statusText);
    }
    return content;
  }

  function post(path, content, headers) {
    return fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(content),
    });
  }

  async function takeToken() {
    const party = caller.party;
    const granted = await json("/explorer/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: party }),
    });
    if (party !== caller.party) return;
    caller.token = granted.access_token;
    caller.renewAt = Date.now() + (granted.expires_in - 60) * 1000;
  }

  async function authorization() {
    if (!caller.party) return {};
    if (Date.now() >= caller.renewAt) await takeToken();
    return { Authorization: "Bearer " + caller.token };
  }

  // -- asking ----------------------------------------------------------------------------------------------------

  const last = { request: null, listeners: new Set() };

  function remember(request) {
    last.request = request;
    last.listeners.forEach((listener) => listener(request));
  }

  // A new function for each caller: GraphiQL then asks for the schema again, which depends on who asks.
  function newFetcher() {
    return async function fetcher(params, options) {
      const request = { query: params.query, variables: params.variables, operationName: params.operationName };
      if (params.operationName !== "IntrospectionQuery") remember(request);
      const headers = { Accept: "application/graphql-response+json", ...(await authorization()) };
      const response = await post("/graphql", request, { ...headers, ...((options && options.headers) || {}) });
      return response.json();
    };
  }

  // -- the plan of the last query --------------------------------------------------------------------------------

  function fetchesOf(node, found) {
    if (!node || typeof node !== "object") return found;
    if (node.serviceName) found.push(node.serviceName);
    Object.values(node).forEach((value) => fetchesOf(value, found));
    return found;
  }

  function Plan() {
    const [request, setRequest] = React.useState(last.request);
    const [state, setState] = React.useState({});
    React.useEffect(() => {
      last.listeners.add(setRequest);
      return () => last.listeners.delete(setRequest);
    }, []);
    React.useEffect(() => {
      let current = true;
      if (request) {
        authorization()
          .then((headers) => post("/plan", request, headers))
          .then((response) => response.json())
          .then((content) => current && setState(content))
          .catch(() => current && setState({ errors: [{ message: "The gateway does not answer." }] }));
      }
      return () => {
        current = false;
      };
    }, [request]);
    return h("div", { className: "plan graphiql-doc-explorer" }, h("div", { className: "graphiql-doc-explorer-title" }, "Plan"), shown(request, state));
  }

  function shown(request, state) {
    if (!request) return h("p", null, "Run a query; here you see which subgraphs answer it, and in what order.");
    if (state.errors) return state.errors.map((error, index) => h("p", { key: index }, error.message));
    if (!state.text) return h("p", null, "…");
    const fetches = fetchesOf(state.json, []);
    return [
      h("p", { key: "sum" }, fetches.length === 1 ? "1 fetch" : fetches.length + " fetches"),
      h("div", { key: "head", className: "plan-head" }, fetches.map((name, index) => h("span", { key: index, className: "plan-fetch" }, name))),
      h("pre", { key: "text", className: "plan-text" }, state.text),
    ];
  }

  function PlanIcon() {
    return h(
      "svg",
      { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, height: "1em" },
      h("path", { d: "M5 5h6v4H5zM13 15h6v4h-6zM5 15h6v4H5zM8 9v6M8 12h8v3" }),
    );
  }

  const plugins = [{ title: "Plan", icon: PlanIcon, content: Plan }];
  if (window.GraphiQLPluginExplorer) {
    plugins.unshift(window.GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false }));
  }

  // -- the page --------------------------------------------------------------------------------------------------

  const root = ReactDOM.createRoot(byId("graphiql"));
  const page = { fetcher: newFetcher(), query: undefined, variables: undefined };

  function render() {
    root.render(
      h(GraphiQL, {
        fetcher: page.fetcher,
        query: page.query,
        variables: page.variables,
        plugins,
        storage: window.sessionStorage,
        shouldPersistHeaders: false,
        inputValueDeprecation: true,
        defaultEditorToolsVisibility: false,
      }),
    );
  }

  function tell(text, wrong) {
    const state = byId("party-state");
    state.textContent = text;
    state.classList.toggle("wrong", Boolean(wrong));
  }

  async function askAs(id, names) {
    if (!id || id === caller.party) return;
    caller.party = id;
    caller.token = "";
    caller.renewAt = 0;
    byId("party").value = id;
    try {
      await takeToken();
      if (caller.party !== id) return;
      sessionStorage.setItem("ask-as", id);
      tell(names.get(id) || "");
    } catch (error) {
      tell(error.message, true);
    }
    page.fetcher = newFetcher();
    render();
  }

  function partyOf(text, names) {
    const wanted = text.trim();
    if (names.has(wanted)) return wanted;
    const found = [...names].filter(([id, name]) => (id + " " + name).toLowerCase().includes(wanted.toLowerCase()));
    return found.length === 1 ? found[0][0] : "";
  }

  function showParties(participants, names) {
    if (!participants.length) return;
    const list = byId("parties");
    participants.forEach((participant) => {
      const option = document.createElement("option");
      option.value = participant.id;
      option.label = participant.name;
      list.append(option);
    });
    byId("party-item").hidden = false;
    const input = byId("party");
    input.addEventListener("focus", () => input.select());
    input.addEventListener("change", () => {
      const id = partyOf(input.value, names);
      if (id) askAs(id, names);
      else tell("no such party", true);
    });
  }

  function showExamples(examples, names) {
    if (!examples.length) return;
    const select = byId("example");
    examples.forEach((example, index) => {
      const option = document.createElement("option");
      option.value = String(index);
      option.textContent = example.title;
      select.append(option);
    });
    byId("example-item").hidden = false;
    select.addEventListener("change", async () => {
      const example = examples[Number(select.value)];
      if (!select.value || !example) return;
      if (example.as && names.has(example.as)) await askAs(example.as, names);
      page.query = example.query;
      page.variables = example.variables ? JSON.stringify(example.variables, null, 2) : "";
      render();
    });
  }

  async function boot() {
    const [participants, examples] = await Promise.all([
      json("/explorer/participants").catch((error) => {
        tell(error.message, true);
        return [];
      }),
      json("/explorer/examples").catch(() => []),
    ]);
    const names = new Map(participants.map((participant) => [participant.id, participant.name]));
    showParties(participants, names);
    showExamples(examples, names);
    const wished = new URLSearchParams(location.search).get("as") || sessionStorage.getItem("ask-as");
    const first = examples[0] || {};
    const choice = [wished, first.as, (participants[0] || {}).id].find((id) => id && names.has(id));
    page.query = first.query;
    page.variables = first.variables ? JSON.stringify(first.variables, null, 2) : undefined;
    if (choice) await askAs(choice, names);
    else render();
  }

  boot();
})();
