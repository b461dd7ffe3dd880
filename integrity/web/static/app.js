// 页面脚本 (script of the pages): makes pages quicker; every page also works without it. No inline code, no evaluation.
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const EVERY = 10_000;
  const WAITED = 8_000;
  const states = new WeakMap();
  root.classList.add("js");

  const tell = (text) => {
    const place = one("#told");
    if (place) place.textContent = text;
  };

  // ---- 键盘 (keyboard): Enter goes to the next field, Ctrl+S sends, F9 prints, / searches ----
  const SKIPPED = new Set(["hidden", "submit", "button", "reset", "image"]);
  const steps = (form) => [...form.elements].filter((field) =>
    !field.disabled && field.tagName !== "FIELDSET" && field.tabIndex >= 0 && !SKIPPED.has(field.type) &&
    field.offsetParent !== null &&
    (field.type !== "radio" || field.checked || !chosen(form, field.name) && first(form, field)));
  const chosen = (form, name) => [...form.elements].some((field) => field.name === name && field.checked);
  const first = (form, radio) => [...form.elements].find((field) => field.name === radio.name) === radio;

  const next = (field) => {
    const order = steps(field.form);
    let at = order.indexOf(field);
    if (at < 0) at = order.findIndex((other) => other.name === field.name);
    const following = order[at + 1] || one("[type=submit]", field.form);
    if (!following) return;
    following.focus();
    if (following.select && following.type !== "file") following.select();
  };

  const mainForm = () => {
    const at = document.activeElement && document.activeElement.closest("form[data-entry]");
    return at || one("main form[data-entry]");
  };

  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the input method is at work
    const at = event.target;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && plain && !event.shiftKey && at.matches("[data-entry] input, [data-entry] select") &&
        !SKIPPED.has(at.type) && !["file", "password"].includes(at.type) && steps(at.form).length > 1) {
      event.preventDefault();
      next(at);
    } else if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && mainForm()) {
      event.preventDefault();
      mainForm().requestSubmit();
    } else if (event.key === "F9" && plain) {
      event.preventDefault();
      const way = one("[data-f9]");
      if (way) way.click(); else window.print();
    } else if (event.key === "/" && plain && !typing(at) && one("#find")) {
      event.preventDefault();
      one("#find").focus();
      one("#find").select();
    }
  });

  // ---- 表单 (forms): sent once, kept as a draft, not left by accident ----
  const content = (form) => {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const field = form.elements[name];
      if (typeof value === "string" && !(field && field.type === "password")) sent.append(name, value);
    }
    return sent;
  };

  const watch = (form) => {
    if (states.has(form)) return;
    const now = content(form).toString();
    states.set(form, { shown: now, kept: now, sending: false, saving: false });
  };

  const changed = (form) => {
    const state = states.get(form);
    return state && !state.sending && content(form).toString() !== state.shown;
  };

  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  const keep = async (form, leaving = false) => {
    const state = states.get(form);
    const sent = content(form);
    const now = sent.toString();
    if (!state || state.sending || state.saving || now === state.kept) return;
    state.saving = true;
    const place = one("[data-kept]", form);
    let said = "草稿没有保存，请检查网络";
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: sent, keepalive: leaving, redirect: "error", credentials: "same-origin",
        headers: { "X-Form-Token": sent.get("token") || "" },
      });
      if (answer.ok) {
        state.kept = now;
        said = `草稿已保存 ${clock()}`;
      } else if (answer.status === 401 || answer.status === 403) {
        said = "草稿没有保存：登录已过期，请在另一窗口登录";
      }
    } catch { /* said above */ }
    state.saving = false;
    if (place) place.textContent = said;
  };

  const label = (button, busy) => {
    if (!button) return;
    if (busy) {
      button.dataset.label = button.textContent;
      button.textContent = "正在提交…";
    } else if (button.dataset.label) {
      button.textContent = button.dataset.label;
    }
    button.setAttribute("aria-disabled", String(busy));
  };

  // Without a network the browser would put its own page in the place of what was typed: ask first, then send.
  const reach = async (form, by) => {
    const state = states.get(form);
    if (state.reaching) return;
    state.reaching = true;
    label(by, true);
    try {
      if (navigator.onLine === false) throw new Error("offline");
      await fetch(one("link[rel=icon]").href, { cache: "no-store", signal: AbortSignal.timeout(WAITED) });
      state.reached = true;
    } catch {
      const said = "现在连接不上，没有提交；填写的内容和选好的照片都还在这里，有网络以后再按一次";
      const place = one("[data-kept]", form);
      if (place) place.textContent = said;
      tell(said);
    }
    state.reaching = false;
    label(by, false);
    if (state.reached) form.requestSubmit(by);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "download" in form.dataset) return;
    if (event.submitter && event.submitter.formTarget) return; // into another window: this page stays as it is
    watch(form);
    const state = states.get(form);
    if (state.sending) {
      event.preventDefault();
      return;
    }
    if (!state.reached && (navigator.onLine === false || "away" in form.dataset)) {
      event.preventDefault();
      reach(form, event.submitter);
      return;
    }
    state.reached = false;
    state.sending = true;
    label(event.submitter || one("[type=submit]", form), true);
  });

  const release = () => {
    for (const form of all("form")) {
      const state = states.get(form);
      if (!state || !state.sending) continue;
      state.sending = false;
      all("[aria-disabled=true]", form).forEach((button) => label(button, false));
    }
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(); });

  window.addEventListener("beforeunload", (event) => {
    const open = all("form[data-entry]");
    if (open.some((form) => changed(form) && (!form.dataset.draft || states.get(form).kept !== content(form).toString()))) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
  window.addEventListener("pagehide", () => all("form[data-draft]").forEach((form) => keep(form, true)));
  setInterval(() => all("form[data-draft]").forEach((form) => keep(form)), EVERY);

  // ---- 日期 (days): typed, or picked from the browser's own calendar ----
  const picker = (field) => {
    if (field.dataset.date === "ready" || !("showPicker" in HTMLInputElement.prototype)) return;
    field.dataset.date = "ready";
    const frame = document.createElement("span");
    const native = document.createElement("input");
    const button = document.createElement("button");
    frame.className = "with-picker";
    native.type = "date";
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    button.type = "button";
    button.className = "btn";
    button.tabIndex = -1; // typing is the quick way; the mouse finds the calendar
    button.setAttribute("aria-label", `从日历中选择${(field.labels[0] || field).textContent}`);
    button.textContent = "日历";
    button.addEventListener("click", () => {
      native.value = /^\d{4}-\d{2}-\d{2}$/.test(field.value) ? field.value : "";
      native.showPicker();
    });
    native.addEventListener("change", () => {
      field.value = native.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
    field.replaceWith(frame);
    frame.append(field, button, native);
  };

  // ---- 复制、打印 (copy, print) ----
  const copied = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const place = document.createElement("textarea"); // an office network without https
    place.value = text;
    document.body.append(place);
    place.select();
    document.execCommand("copy");
    place.remove();
    return undefined;
  };

  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      copied(copier.dataset.copy).then(() => { copier.textContent = "已复制"; }, () => tell("没有复制成功，请选中后按 Ctrl+C"));
    } else if (event.target.closest("[data-print]")) {
      window.print();
    } else if (event.target.closest("[aria-disabled=true]")) {
      event.preventDefault();
    } else if (event.target.closest(".errors a[href^='#']")) {
      const field = document.getElementById(event.target.closest("a").hash.slice(1));
      if (field) {
        event.preventDefault();
        field.scrollIntoView({ block: "center" });
        field.focus({ preventScroll: true });
      }
    }
  });

  // ---- 局部更新 (htmx): what it brings is prepared, what fails is told ----
  const prepare = (within) => {
    all("form[data-entry]", within).forEach(watch);
    all("input[data-date]", within).forEach(picker);
  };
  document.addEventListener("htmx:load", (event) => prepare(event.target));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    tell(status === 401 || status === 403 ? "登录已过期，或者无权办理，请刷新页面" : `没有办成（${status}），请稍后再试`);
  });
  document.addEventListener("htmx:sendError", () => tell("连接不上，请检查网络后再试"));

  prepare(document);
})();
