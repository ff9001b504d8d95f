/* SIMS in the browser: one module, every behaviour asked for by a data- attribute; pages work without it.
   data-autofocus-errors  takes the focus when the page opens (error summary)
   data-key="a"           the shortcut of this link, button or field; j k x ? are built in. <html data-shortcuts="off"> ends them
   data-row               a row that j and k walk over; its first link takes the focus, x ticks its [data-pick]
   data-select-list       form with [data-pick] boxes (shift: range), [data-pick-page], [data-all-matching], [data-pick-count]
   data-live="id …"       GET form that reloads these elements while one types; the address follows
   data-autosave="url"    POST form that keeps a draft (data-token -form -table -row -version; [data-autosave-status])
   data-combobox="url"    text input with suggestions: GET ?q= gives [{value, label, hint}]; data-value-target names a hidden input
   data-fill="id"         button that puts its data-value into that input
   data-repeat="name"     rows [data-repeat-row] with [data-repeat-add], [data-repeat-remove], [data-repeat-number]
   data-submit-once, data-confirm="question"   forms
   data-progress="url"    polls {done, total, errors, eta, state}; [data-progress-text -note -errors]; reloads when it ends
   data-theme-toggle, data-shortcuts-toggle, data-keys-help, data-close, data-dismiss, data-copy="url"   buttons */

const root = document.documentElement
const $ = (selector, from = document) => from.querySelector(selector)
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)]
const on = (type, selector, run) =>
  document.addEventListener(type, event => {
    const found = event.target.closest?.(selector)
    if (found) run(found, event)
  }, type === "focusin" ? false : type === "toggle")
const make = (tag, properties = {}, ...inside) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...inside)
  return element
}
const say = text => { $("#announce").textContent = text }
const csrf = () => $("meta[name=csrf-token]").content
const remember = (name, value) => {
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`
}

// -- buttons and menus
$("[data-autofocus-errors]")?.focus()

on("click", "[data-theme-toggle]", () => {
  const themes = ["auto", "light", "dark"]
  const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3]
  next === "auto" ? delete root.dataset.theme : root.dataset.theme = next
  $("meta[name=color-scheme]").content = next === "auto" ? "light dark" : next
  $$("[data-theme-name]").forEach(name => { name.textContent = next })
  remember("theme", next)
  say(`Theme: ${next}`)
})
on("click", "[data-shortcuts-toggle]", () => {
  const next = root.dataset.shortcuts === "off" ? "on" : "off"
  root.dataset.shortcuts = next
  $$("[data-shortcuts-name]").forEach(name => { name.textContent = next })
  remember("shortcuts", next)
  say(`Shortcut keys ${next}`)
})
on("click", "[data-dismiss]", button => button.closest("[data-toast]").remove())
on("click", "[data-close]", button => button.closest("dialog").close())
on("click", "[data-keys-help]", help)
on("click", "[data-copy]", async button => {
  await navigator.clipboard.writeText(new URL(button.dataset.copy, location).href)
  say("Copied")
  const label = $("span", button), before = label.textContent
  label.textContent = "Copied"
  setTimeout(() => { label.textContent = before }, 2000)
})
on("click", "[data-fill]", button => {
  const input = document.getElementById(button.dataset.fill)
  input.value = button.dataset.value
  input.dispatchEvent(new Event("change", { bubbles: true }))
  input.dispatchEvent(new CustomEvent("filled", { bubbles: true }))
})
const openMenus = () => $$("details:is(.menu, .menu-sheet)[open]")
document.addEventListener("click", event => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
})

// -- keys
function help() {
  const list = $("[data-keys-list]")
  $$("[data-key-of]", list).forEach(line => line.remove())
  for (const element of $$("[data-key]").filter(usable)) {
    const words = element.getAttribute("aria-label") || element.title || $("span", element)?.textContent || element.labels?.[0]?.textContent
    const key = make("dt", {}, make("kbd", { textContent: element.dataset.key }))
    key.dataset.keyOf = ""
    const meaning = make("dd", { textContent: (words || "").trim() })
    meaning.dataset.keyOf = ""
    list.prepend(key, meaning)
  }
  $("#keys").showModal()
}
const usable = element => element.checkVisibility?.() !== false && !element.disabled
const typing = element => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])")
document.addEventListener("keydown", event => {
  if (event.key === "Escape") {
    for (const menu of openMenus()) { menu.open = false; $("summary", menu).focus() }
    return
  }
  if (root.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (typing(event.target) || $("dialog[open]")) return
  const target = $$(`[data-key="${CSS.escape(event.key)}"]`).find(usable)
  if (target) {
    event.preventDefault()
    target.focus()
    if (!typing(target)) target.click()
    else target.select?.()
  } else if (event.key === "?") {
    event.preventDefault()
    help()
  } else if ("jk".includes(event.key)) {
    const rows = $$("[data-row]").filter(usable)
    const here = rows.findIndex(row => row.contains(document.activeElement))
    const next = rows[event.key === "j" ? here + 1 : Math.max(here - 1, 0)]
    if (next) ($("a[href]", next) || $("input, button", next))?.focus()
  } else if (event.key === "x") {
    $("[data-pick]", document.activeElement.closest("[data-row]") ?? make("i"))?.click()
  }
})

// -- selecting rows
let lastPick = null
const counted = list => {
  const picks = $$("[data-pick]", list), chosen = picks.filter(pick => pick.checked).length
  const all = $("[data-all-matching]", list)?.checked
  const page = $("[data-pick-page]", list)
  if (page) { page.checked = chosen === picks.length; page.indeterminate = chosen > 0 && !page.checked }
  $("[data-pick-count]", list).textContent = all ? "All that match" : `${chosen} selected`
  say(all ? "All that match are selected" : `${chosen} selected`)
}
on("click", "[data-pick]", (pick, event) => {
  const list = pick.closest("[data-select-list]"), picks = $$("[data-pick]", list)
  if (event.shiftKey && picks.includes(lastPick)) {
    const [from, to] = [picks.indexOf(lastPick), picks.indexOf(pick)].sort((a, b) => a - b)
    for (const one of picks.slice(from, to + 1)) one.checked = pick.checked
  }
  lastPick = pick
  counted(list)
})
on("change", "[data-pick-page]", page => {
  const list = page.closest("[data-select-list]")
  for (const pick of $$("[data-pick]", list)) pick.checked = page.checked
  counted(list)
})
on("change", "[data-all-matching]", all => counted(all.closest("[data-select-list]")))

// -- live filters
const swap = (text, ids) => {
  const page = new DOMParser().parseFromString(text, "text/html")
  for (const id of ids) {
    const fresh = page.getElementById(id)
    if (fresh) document.getElementById(id)?.replaceWith(fresh)
  }
  document.title = page.title || document.title
  const summary = $("[data-summary]") ?? $("#results h2")
  if (summary) say(summary.textContent)
}
let liveTimer, liveRequest, lastField
const live = async (form, field) => {
  liveRequest?.abort()
  liveRequest = new AbortController()
  const given = [...new FormData(form)].filter(([, value]) => value !== "")
  const url = new URL(form.action, location)
  url.search = new URLSearchParams(given)
  try {
    const answer = await fetch(url, { headers: { "X-Fragment": form.dataset.live }, signal: liveRequest.signal })
    if (!answer.ok || answer.redirected) return location.assign(url)
    swap(await answer.text(), form.dataset.live.split(" "))
    history[lastField === field ? "replaceState" : "pushState"]({ live: true }, "", url)
    lastField = field
  } catch (error) {
    if (error.name !== "AbortError") form.submit()
  }
}
const soon = (form, event) => {
  if (event.type === "change" && event.target.matches("[type=search], [type=text], :not([type])") && event.target.tagName === "INPUT") return
  clearTimeout(liveTimer)
  liveTimer = setTimeout(live, event.type === "change" ? 0 : 300, form, event.target)
}
on("input", "form[data-live]", soon)
on("submit", "form[data-live]", (form, event) => {
  event.preventDefault()
  clearTimeout(liveTimer)
  live(form, null)
})
addEventListener("popstate", async () => {
  lastField = null
  if ($("form[data-live]")) swap(await (await fetch(location)).text(), ["main"])
})

// -- forms
on("submit", "form[data-confirm], form[data-submit-once]", (form, event) => {
  if (form.dataset.sent || (form.dataset.confirm && !confirm(form.dataset.confirm))) return event.preventDefault()
  if (!("submitOnce" in form.dataset)) return
  form.dataset.sent = "yes"
  drafts.get(form)?.stop()
  event.submitter?.setAttribute("aria-disabled", "true")
})
addEventListener("pageshow", event => {
  if (!event.persisted) return
  $$("form[data-sent]").forEach(form => delete form.dataset.sent)
  $$("[aria-disabled=true]").forEach(button => button.removeAttribute("aria-disabled"))
})

on("click", "[data-repeat-add]", (button, event) => {
  const list = button.closest("[data-repeat]"), rows = $$("[data-repeat-row]", list), last = rows.at(-1)
  const source = $("template", list)?.content.firstElementChild ?? last
  if (!source) return
  event.preventDefault()
  if (rows.length >= (list.dataset.repeatMax || 99)) return say("No more rows fit here")
  const name = list.dataset.repeat
  const index = Math.max(-1, ...$$(`[name^="${name}-"]`, list).map(field => parseInt(field.name.slice(name.length + 1)) || 0)) + 1
  const row = document.importNode(source, true)
  const pattern = new RegExp(`(${name}-)(?:__index__|\\d+)(?=-|$| )`, "g")
  for (const element of [row, ...$$("*", row)])
    for (const { name: key, value } of [...element.attributes])
      if (value.includes(name)) element.setAttribute(key, value.replace(pattern, `$1${index}`))
  if (source === last) for (const field of $$("input, select, textarea", row)) {
    if ("checked" in field) field.checked = false
    if (!field.matches("[type=radio], [type=checkbox], select")) field.value = ""
  }
  last ? last.after(row) : button.before(row)
  number(list)
  $("input:not([type=hidden]), select, textarea", row)?.focus()
})
on("click", "[data-repeat-remove]", button => {
  const list = button.closest("[data-repeat]"), form = button.form
  button.closest("[data-repeat-row]").remove()
  number(list)
  $("[data-repeat-add]", list).focus()
  form?.dispatchEvent(new Event("input", { bubbles: true }))
})
const number = list => $$("[data-repeat-row]", list).forEach((row, place) => {
  const shown = $("[data-repeat-number]", row)
  if (shown) shown.textContent = place + 1
})

// -- drafts
const drafts = new WeakMap()
const contents = form => {
  const data = {}
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && !["csrf_token", "draft"].includes(name)) (data[name] ??= []).push(value)
  return data
}
const same = (a, b) => JSON.stringify(a ?? []) === JSON.stringify(b ?? [])
class Draft {
  constructor(form) { Object.assign(this, { form, version: +form.dataset.version || 0, wait: 2000, kept: null }) }
  show(text, bad) {
    const status = $("[data-autosave-status]", this.form)
    if (!status) return
    status.textContent = text
    status.dataset.state = bad ? "bad" : "good"
  }
  later(delay = 800) {
    clearTimeout(this.timer)
    if (!this.stopped) this.timer = setTimeout(() => this.save(), delay)
  }
  stop() { this.stopped = true; clearTimeout(this.timer) }
  flush() { if (this.dirty && !this.stopped && !this.panel) this.save(true) }
  async save(leaving) {
    clearTimeout(this.timer)
    if (this.busy && !leaving) return this.later()
    const { token, form, table, row } = this.form.dataset, data = contents(this.form)
    const body = JSON.stringify({ token, form, table, row_id: row || null, version: this.version + (this.busy ? 1 : 0), data })
    this.dirty = false
    this.busy = true
    let answer
    try {
      answer = await fetch(this.form.dataset.autosave, {
        method: "POST", body, keepalive: body.length < 60000,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      })
      await this.read(answer, data)
    } catch {
      this.again()
    }
    this.busy = false
  }
  async read(answer, data) {
    if (answer.redirected || answer.status === 401) {
      this.show("You are signed out. Sign in in another tab; your text stays here.", true)
      return this.again(true)
    }
    if (answer.status >= 500 || answer.status === 429) return this.again()
    const told = await answer.json().catch(() => ({}))
    if (answer.ok) {
      Object.assign(this, { version: told.version, kept: data, wait: 2000 })
      const at = new Date(told.saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
      return this.show(`Draft saved ${at}`)
    }
    if (answer.status === 409 && told.data) return this.conflict(told, data)
    if (answer.status === 400) return this.again(true)
    this.show(told.error || "This can't be saved as a draft.", true)
  }
  async again(signedOut) {
    this.dirty = true
    if (!signedOut) this.show("Not saved yet, trying again", true)
    else {
      const page = await fetch(location).then(page => page.redirected ? "" : page.text()).catch(() => "")
      const fresh = $("meta[name=csrf-token]", new DOMParser().parseFromString(page, "text/html"))?.content
      if (fresh) {
        $("meta[name=csrf-token]").content = fresh
        $$("input[name=csrf_token]").forEach(input => { input.value = fresh })
      }
    }
    this.later(this.wait)
    this.wait = Math.min(this.wait * 2, 30000)
  }
  conflict(told, mine) {
    const names = [...new Set([...Object.keys(mine), ...Object.keys(told.data)])].filter(name => !same(mine[name], told.data[name]))
    if (!names.length || same(told.data, this.kept)) {
      this.version = told.version
      return names.length ? this.later(0) : this.show("Draft saved")
    }
    this.panel?.remove()
    const choice = (label, run) => {
      const button = make("button", { type: "button", className: "button", textContent: label })
      button.onclick = () => { this.panel.remove(); this.panel = null; this.version = told.version; run() }
      return button
    }
    const label = name => (this.form.elements[name]?.labels?.[0] ?? this.form.elements[name]?.[0]?.closest("fieldset")?.querySelector("legend"))?.textContent.trim() || name
    const side = (who, values) => make("dd", {}, make("b", { textContent: who }), (values ?? []).join(", ") || "—")
    this.panel = make("section", { className: "conflict", tabIndex: -1 },
      make("h3", { textContent: "Another tab has saved a different text" }),
      make("dl", {}, ...names.map(name => make("div", {}, make("dt", { textContent: label(name) }), side("Yours, here", mine[name]), side("The other tab's", told.data[name])))),
      make("div", { className: "buttons" }, choice("Keep mine", () => this.save()), choice("Take the other", () => this.take(told.data))))
    this.panel.setAttribute("role", "alert")
    $(".form-body", this.form).append(this.panel)
    this.panel.focus()
    this.show("Not saved: choose which text to keep", true)
  }
  take(data) {
    for (const field of this.form.elements) {
      if (!field.name || ["csrf_token", "draft"].includes(field.name) || field.type === "file" || field.type === "submit") continue
      const values = data[field.name] ?? []
      if (/checkbox|radio/.test(field.type)) field.checked = values.includes(field.value)
      else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value)
      else field.value = values[0] ?? ""
    }
    this.kept = data
    this.show("Draft saved")
  }
}
const draft = form => drafts.get(form) ?? drafts.set(form, new Draft(form)).get(form)
const changed = form => {
  draft(form).dirty = true
  if (!draft(form).panel) draft(form).later()
}
on("input", "form[data-autosave]", changed)
on("change", "form[data-autosave]", changed)
const flush = () => $$("form[data-autosave]").forEach(form => drafts.get(form)?.flush())
document.addEventListener("visibilitychange", () => { if (document.hidden) flush() })
addEventListener("pagehide", flush)
addEventListener("online", flush)

// -- combobox
let comboCount = 0
class Combo {
  constructor(input) {
    this.input = input
    this.list = make("ul", { id: `combo-${++comboCount}`, className: "combo-list", hidden: true })
    this.list.setAttribute("role", "listbox")
    this.list.setAttribute("aria-label", input.labels[0]?.textContent.trim() || "Suggestions")
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off" }))
      input.setAttribute(name, value)
    input.after(this.list)
    this.list.onpointerdown = event => event.preventDefault()
    this.list.onclick = event => this.pick(event.target.closest("li"))
    input.addEventListener("input", () => { this.chosen(""); clearTimeout(this.timer); this.timer = setTimeout(() => this.ask(), 150) })
    input.addEventListener("filled", () => this.close())
    input.addEventListener("blur", () => this.close())
    input.addEventListener("keydown", event => this.key(event))
  }
  chosen(value) {
    const hidden = this.input.form?.elements[this.input.dataset.valueTarget]
    if (hidden) hidden.value = value
  }
  async ask() {
    const q = this.input.value.trim()
    this.request?.abort()
    if (!q) return this.close()
    this.request = new AbortController()
    const found = await fetch(`${this.input.dataset.combobox}?q=${encodeURIComponent(q)}`, { signal: this.request.signal, headers: { Accept: "application/json" } })
      .then(answer => answer.ok ? answer.json() : []).catch(() => null)
    if (found && document.activeElement === this.input) this.show(found)
  }
  show(found) {
    this.active = -1
    this.list.replaceChildren(...found.map(({ value, label, hint }, place) => {
      const option = make("li", { id: `${this.list.id}-${place}` }, make("span", { textContent: label ?? value }))
      if (hint) option.append(make("small", { textContent: hint }))
      option.dataset.value = value
      option.dataset.label = label ?? value
      option.setAttribute("role", "option")
      option.setAttribute("aria-selected", "false")
      return option
    }))
    this.open(found.length > 0)
    say(`${found.length} suggestion${found.length === 1 ? "" : "s"}`)
  }
  open(open) {
    this.list.hidden = !open
    this.input.setAttribute("aria-expanded", open)
    if (!open) this.input.removeAttribute("aria-activedescendant")
  }
  close() { clearTimeout(this.timer); this.request?.abort(); this.open(false) }
  move(step) {
    const options = [...this.list.children]
    this.active = (this.active + step + options.length + (this.active < 0 && step < 0)) % options.length
    options.forEach((option, place) => option.setAttribute("aria-selected", place === this.active))
    this.input.setAttribute("aria-activedescendant", options[this.active].id)
    options[this.active].scrollIntoView({ block: "nearest" })
  }
  pick(option) {
    if (!option) return
    this.input.value = option.dataset.label
    this.chosen(option.dataset.value)
    this.close()
    this.input.dispatchEvent(new Event("change", { bubbles: true }))
  }
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      this.list.hidden ? this.ask() : this.move(step)
    } else if (!this.list.hidden && event.key === "Enter" && this.active >= 0) {
      event.preventDefault()
      this.pick(this.list.children[this.active])
    } else if (!this.list.hidden && event.key === "Escape") {
      event.stopPropagation()
      this.close()
    }
  }
}
const combos = new WeakSet()
on("focusin", "[data-combobox]", input => {
  if (!combos.has(input)) combos.add(input) && new Combo(input)
})

// -- progress of a job
const poll = async (box, pause = 1000) => {
  const told = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } }).then(answer => answer.ok ? answer.json() : null).catch(() => null)
  if (!box.isConnected) return
  if (told) {
    pause = 1000
    const bar = $("progress", box), put = (name, text) => { const at = $(`[data-progress-${name}]`, box); if (at) at.textContent = text }
    bar.max = told.total || 1
    bar.value = told.done
    put("text", `${told.done.toLocaleString("en")} of ${told.total.toLocaleString("en")}`)
    put("note", told.eta || "")
    put("errors", told.errors ? `${told.errors.toLocaleString("en")} with errors` : "")
    if (!["pending", "running"].includes(told.state)) return location.reload()
  }
  setTimeout(poll, pause, box, Math.min(pause * 2, 15000))
}
$$("[data-progress]").filter(box => ["pending", "running"].includes(box.dataset.progressState || "running")).forEach(box => poll(box))
