/* SIMS in the browser. Attributes ask for each behaviour (data- is left out here); every page works without it.
autofocus-errors: takes the focus when the page opens
key="a": shortcut of a link, button or field (j k x ? are built in); <html data-shortcuts="off"> ends them
row: what j and k walk over; x ticks its box (pick)
select-list: form with boxes pick (shift: range), pick-page, all-matching; pick-count
live="id …": GET form that reloads these elements as one types; the address follows
autosave="url": form that keeps a draft; token, form, table, row, version; autosave-status
combobox="url": input with suggestions, GET ?q= gives [{value, label, hint, url}] (url: go there); value-target: a hidden input
fill="id": button that puts its value there
repeat="name", repeat-max: repeat-row, repeat-add, repeat-remove, repeat-number
submit-once, confirm="question": forms
progress="url": polls {done, total, errors, eta, state} into progress-text, -note, -errors
theme-toggle, shortcuts-toggle, keys-help, close, dismiss, copy="url": buttons */

const root = document.documentElement
const $ = (css, from = document) => from.querySelector(css)
const $$ = (css, from = document) => [...from.querySelectorAll(css)]
const on = (types, css, run) => {
	for (const type of types.split(" ")) document.addEventListener(type, event => {
		const found = event.target.closest?.(css)
		if (found) run(found, event)
	})
}
const make = (tag, properties, ...inside) => {
	const node = Object.assign(document.createElement(tag), properties)
	node.append(...inside)
	return node
}
const parse = html => new DOMParser().parseFromString(html, "text/html")
const write = (css, text, from) => $$(css, from).forEach(node => { node.textContent = text })
const say = text => write("#announce", text)
const META = "meta[name=csrf-token]", csrf = $(META)
const json = { Accept: "application/json" }
const ask = url => fetch(url, { headers: json }).then(answer => answer.ok ? answer.json() : null).catch(() => null)
const bubble = (node, type) => node.dispatchEvent(new Event(type, { bubbles: true }))

// Buttons and menus
$("[data-autofocus-errors]")?.focus()
const remember = (name, value) => {
	document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`
	write(`[data-${name}-name]`, value)
	say(`${name}: ${value}`)
}
on("click", "[data-theme-toggle]", () => {
	const next = { light: "dark", dark: "auto" }[root.dataset.theme] ?? "light"
	next === "auto" ? delete root.dataset.theme : root.dataset.theme = next
	remember("theme", next)
})
on("click", "[data-shortcuts-toggle]", () => remember("shortcuts", root.dataset.shortcuts = root.dataset.shortcuts === "off" ? "on" : "off"))
on("click", "[data-dismiss]", button => button.closest("[data-toast]").remove())
on("click", "[data-close]", button => button.closest("dialog").close())
on("click", "[data-copy]", async button => {
	await navigator.clipboard.writeText(new URL(button.dataset.copy, location).href)
	write("span", "Copied", button)
	say("Copied")
})
on("click", "[data-fill]", button => {
	const input = document.getElementById(button.dataset.fill)
	input.value = button.dataset.value
	bubble(input, "change")
})
const menus = () => $$("details:is(.menu, .menu-sheet)[open]")
on("click", "*", (_, { target }) => menus().forEach(menu => { menu.open = menu.contains(target) }))

// Keys
const usable = node => node.checkVisibility?.() !== false && !node.disabled
const typing = node => node.matches("textarea, select, input:not([type=checkbox], [type=radio])")
const help = () => {
	const list = $("[data-keys-list]")
	$$(".own", list).forEach(line => line.remove())
	for (const [key, node] of new Map($$("[data-key]").filter(usable).reverse().map(node => [node.dataset.key, node]))) {
		const words = node.ariaLabel || (node.labels?.[0] ?? $("span", node)).textContent
		list.append(make("dt", { className: "own" }, make("kbd", {}, key)), make("dd", { className: "own" }, words))
	}
	$("#keys").showModal()
}
on("click", "[data-keys-help]", help)
document.addEventListener("keydown", event => {
	const { key, target } = event
	if (key === "Escape") for (const menu of menus()) {
		menu.open = false
		$("summary", menu).focus()
	}
	if (root.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(target) || $("dialog[open]")) return
	const found = $$(`[data-key="${CSS.escape(key)}"]`).find(usable)
	const rows = $$("[data-row]").filter(usable), here = rows.findIndex(row => row.contains(document.activeElement))
	if (found) {
		found.focus()
		typing(found) ? found.select() : found.click()
	} else if (key === "?") help()
	else if (key === "j" || key === "k") $("a", rows[key === "j" ? here + 1 : Math.max(here - 1, 0)] ?? make("i"))?.focus()
	else if (key === "x" && here >= 0) $("[data-pick]", rows[here])?.click()
	else return
	event.preventDefault()
})

// Selected rows
let lastPick
const count = list => {
	const picks = $$("[data-pick]", list), chosen = picks.filter(pick => pick.checked).length, page = $("[data-pick-page]", list)
	page.checked = chosen === picks.length
	page.indeterminate = chosen > 0 && !page.checked
	const text = $("[data-all-matching]:checked", list) ? "All selected" : `${chosen} selected`
	write("[data-pick-count]", text, list)
	say(text)
}
on("click", "[data-select-list] input[type=checkbox]", (box, event) => {
	const list = box.form, picks = $$("[data-pick]", list), place = picks.indexOf(box), last = picks.indexOf(lastPick)
	if (box.matches("[data-pick-page]")) for (const pick of picks) pick.checked = box.checked
	else if (place >= 0) {
		if (event.shiftKey && last >= 0) for (const pick of picks.slice(Math.min(place, last), Math.max(place, last) + 1)) pick.checked = box.checked
		lastPick = box
	}
	count(list)
})

// Live filters
let liveTimer, turn = 0, lastField
const live = async (form, field) => {
	const mine = ++turn, url = new URL(form.action), ids = form.dataset.live
	url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
	const answer = await fetch(url, { headers: { "X-Fragment": ids } }).catch(() => null)
	const page = answer?.ok && !answer.redirected ? parse(await answer.text()) : location.assign(url)
	if (!page || mine !== turn) return
	for (const id of ids.split(" ")) document.getElementById(id)?.replaceWith(page.getElementById(id) ?? "")
	say($("[data-summary], #results h2")?.textContent)
	history.replaceState("live", "")
	history[lastField === field ? "replaceState" : "pushState"]("live", "", url)
	lastField = field
}
on("input", "[data-live]", (form, { target }) => {
	clearTimeout(liveTimer)
	liveTimer = setTimeout(live, 300, form, target)
})
addEventListener("popstate", ({ state }) => state === "live" && location.reload())

// Forms
on("submit", "[data-confirm], [data-submit-once]", (form, event) => {
	const { sent, confirm: question } = form.dataset
	if (sent || question && !confirm(question)) return event.preventDefault()
	form.dataset.sent = 1
	form.keeper?.stop()
})
addEventListener("pageshow", () => $$("[data-sent]").forEach(form => delete form.dataset.sent))
const renumber = list => {
	$$("[data-repeat-row]", list).forEach((row, place) => write("[data-repeat-number]", place + 1, row))
	bubble(list, "input")
}
on("click", "[data-repeat-add]", (button, event) => {
	event.preventDefault()
	const list = button.closest("[data-repeat]"), { repeat: name, repeatMax: max = 99 } = list.dataset, blank = $("template", list)
	if ($$("[data-repeat-row]", list).length >= max) return say(`${max} is the most that fit here`)
	const used = $$(`[name^="${name}-"]`, list).map(field => parseInt(field.name.slice(name.length + 1)))
	blank.insertAdjacentHTML("beforebegin", blank.innerHTML.replaceAll("__index__", Math.max(-1, ...used) + 1))
	renumber(list)
	$("input:not([type=hidden])", blank.previousElementSibling)?.focus()
})
on("click", "[data-repeat-remove]", button => {
	const list = button.closest("[data-repeat]")
	button.closest("[data-repeat-row]").remove()
	renumber(list)
	$("[data-repeat-add]", list).focus()
})

// Drafts
const own = name => name && name !== "csrf_token" && name !== "draft"
const keep = form => {
	let version = +form.dataset.version, pause = 2000, timer, busy, dirty, stopped, panel, kept
	const show = (text, state = "") => {
		for (const status of $$("[data-autosave-status]", form)) Object.assign(status, { textContent: text }).dataset.state = state
	}
	const later = (wait = 700) => {
		dirty = true
		clearTimeout(timer)
		timer = setTimeout(save, wait)
	}
	const save = async leaving => {
		if (stopped || panel || !dirty) return
		if (busy && !leaving) return later()
		const { token, form: name, table, row, autosave } = form.dataset, data = {}
		for (const [key, value] of new FormData(form)) if (own(key) && value.trim) (data[key] ??= []).push(value)
		const body = JSON.stringify({ token, form: name, table, row_id: row || null, version: version + !!busy, data })
		dirty = false
		busy = true
		const headers = { ...json, "Content-Type": "application/json", "X-CSRFToken": csrf.content }
		const answer = await fetch(autosave, { method: "POST", body, headers, keepalive: body.length < 6e4 }).catch(() => null)
		busy = false
		const status = answer?.redirected ? 401 : answer?.status ?? 500, told = await answer?.json().catch(() => null) ?? {}
		if (status === 200) {
			version = told.version
			kept = data
			pause = 2000
			show(`Draft saved ${new Date(told.saved_at).toLocaleTimeString([], { timeStyle: "short" })}`)
		} else if (told.data) compare(told, data)
		else if (status < 402 || status > 428) again(status < 402)
		else show(told.error, "bad")
	}
	const again = async signedOut => {
		show(signedOut ? "You are signed out. Sign in in another tab; your text stays here." : "Not saved yet, trying again", "bad")
		later(pause)
		pause = Math.min(pause * 2, 30000)
		if (!signedOut) return
		const fresh = await fetch(location).then(async page => $(META, parse(await page.text())).content).catch(() => null)
		if (fresh) for (const node of [csrf, ...$$("[name=csrf_token]")]) node.content = node.value = fresh
	}
	const compare = (theirs, mine) => {
		const { data } = theirs, others = to => Object.keys({ ...to, ...data }).filter(name => `${to[name] ?? ""}` !== `${data[name] ?? ""}`)
		const settle = () => {
			version = theirs.version
			panel = panel?.remove()
			later(0)
		}
		if (!others(mine).length || kept && !others(kept).length) return settle()
		const label = (name, field = form.elements[name]) => (field?.labels?.[0] ?? field?.[0]?.closest("fieldset")?.firstElementChild)?.textContent ?? name
		const side = (who, values = "") => make("dd", {}, make("b", {}, who), `${values}` || "—")
		const choice = (words, onclick) => make("button", { type: "button", className: "button", onclick }, words)
		panel = make("section", { className: "conflict", tabIndex: -1, role: "alert" }, make("h3", {}, "Another tab has saved a different text"),
			make("dl", {}, ...others(mine).map(name => make("div", {}, make("dt", {}, label(name)), side("Yours, here", mine[name]), side("The other tab's", data[name])))),
			make("div", { className: "buttons" }, choice("Keep mine", settle), choice("Take the other", () => settle(take(data)))))
		$(".form-body", form).append(panel)
		panel.focus()
		show("Not saved: choose which text to keep", "bad")
	}
	const take = data => {
		for (const field of form.elements) {
			const { type, name } = field, values = data[name] ?? []
			if (!own(name) || /file|submit/.test(type)) continue
			if (/checkbox|radio/.test(type)) field.checked = values.includes(field.value)
			else field.value = values[0] ?? ""
		}
	}
	return { later, save, stop: () => { stopped = true } }
}
on("input change", "[data-autosave]", form => (form.keeper ??= keep(form)).later())
for (const type of ["visibilitychange", "pagehide", "online"]) addEventListener(type, () => {
	for (const form of $$("[data-autosave]")) form.keeper?.save(true)
})

// Combobox (ARIA 1.2)
on("focusin", "[data-combobox]:not([role])", input => {
	let timer, active
	const hidden = input.form.elements[input.dataset.valueTarget] ?? {}
	const list = make("ul", { id: `${input.id}-list`, className: "combo-list", role: "listbox", ariaLabel: "Suggestions" })
	const open = yes => {
		list.hidden = !yes
		input.ariaExpanded = !!yes
		input.removeAttribute("aria-activedescendant")
	}
	const suggest = async () => {
		const q = input.value.trim(), found = q && await ask(`${input.dataset.combobox}?q=${encodeURIComponent(q)}`) || []
		if (q !== input.value.trim() || document.activeElement !== input) return
		active = -1
		list.replaceChildren(...found.map((item, place) => make("li", { id: `${list.id}-${place}`, role: "option", ariaSelected: false, item },
			make("span", {}, item.label), make("small", {}, item.hint ?? ""))))
		open(found.length)
		say(`${found.length} suggestions`)
	}
	const pick = option => {
		if (!option) return
		if (option.item.url) return location.assign(option.item.url)
		input.value = option.item.label
		hidden.value = option.item.value
		bubble(input, "change")
	}
	list.onpointerdown = event => event.preventDefault()
	list.onclick = event => pick(event.target.closest("li"))
	input.onblur = input.onchange = () => open(clearTimeout(timer))
	input.oninput = () => {
		hidden.value = ""
		clearTimeout(timer)
		timer = setTimeout(suggest, 150)
	}
	input.onkeydown = event => {
		const { key } = event, step = { ArrowDown: 1, ArrowUp: -1 }[key], options = [...list.children]
		if (list.hidden ? !step : !step && key !== "Escape" && !(key === "Enter" && options[active])) return
		event.preventDefault()
		if (list.hidden) suggest()
		else if (step) {
			active = (Math.max(active, step < 0 ? 0 : -1) + step + options.length) % options.length
			options.forEach((option, place) => { option.ariaSelected = place === active })
			input.setAttribute("aria-activedescendant", options[active].id)
			options[active].scrollIntoView({ block: "nearest" })
		} else key === "Enter" ? pick(options[active]) : open()
	}
	Object.assign(input, { role: "combobox", ariaAutoComplete: "list", autocomplete: "off" })
	input.setAttribute("aria-controls", list.id)
	input.after(list)
	open()
})

// Progress of a job
const poll = async (box, pause) => {
	const told = await ask(box.dataset.progress), number = value => value.toLocaleString("en")
	if (told) {
		Object.assign($("progress", box), { max: told.total || 1, value: told.done })
		write("[data-progress-text]", `${number(told.done)} of ${number(told.total)}`, box)
		write("[data-progress-note]", told.eta ?? "", box)
		write("[data-progress-errors]", told.errors ? `${number(told.errors)} with errors` : "", box)
		if (!/pending|running/.test(told.state)) return location.reload()
	}
	if (box.isConnected) setTimeout(poll, pause, box, told ? 1000 : Math.min(pause * 2, 15000))
}
for (const box of $$("[data-progress]")) if (/pending|running/.test(box.dataset.progressState)) poll(box, 1000)
