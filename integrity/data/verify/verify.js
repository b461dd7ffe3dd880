"use strict";
// 离线核验 (offline verification) of check codes. Everything that is needed is in this page; nothing is sent or fetched.
const told = JSON.parse(document.getElementById("told").textContent);
const list = JSON.parse(told.list.text);
const bytes = (text) => new TextEncoder().encode(text);
const hex = (array) => Array.from(array, (one) => one.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
const unbase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const joined = (...parts) => Uint8Array.from(parts.flatMap((one) => Array.from(one)));
const subtle = globalThis.crypto && globalThis.crypto.subtle;
const bundled = typeof nacl === "object" ? nacl : null;
const ORDER = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"); // of the curve, little-endian

class Wrong extends Error {}

// 数字: the digits of a code as typed or scanned; what is not the whole of a code is misread, not forged.
function cleaned(text) {
  const plain = narrow(text.replace(new RegExp(`[${told.blanks}]`, "g"), ""));
  if (!/^[0-9]+$/.test(plain)) throw new Wrong("读到的不是核验码：核验码全部是数字，请再读一次");
  if (told.lengths[plain.length]) return plain;
  const lengths = Object.keys(told.lengths).join("、");
  throw new Wrong(`核验码应为 ${lengths} 位数字，现为 ${plain.length} 位，可能没有读全或者读了几遍，请再读一次`);
}

const narrow = (text) => text.replace(/[\uff01-\uff5e]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0));

// 纸面所载: as a person types it or as it is printed, in one manner; `_plain` of the command does the same.
function plain(text) {
  const blanks = new RegExp(`[${told.blanks.replace("\\-", "")}]`, "g");
  const short = narrow(text.replace(blanks, "")).toLowerCase().replace(/[[({<【〈《「]/g, "〔").replace(/[\])}>】〉》」]/g, "〕");
  const day = /^([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))$/.exec(short);
  if (!day) return short;
  const [year, month, on] = day.slice(1).filter((one) => one).map(Number);
  return `${year}年${month}月${on}日`;
}

// 数字转字节: digits to bytes; null when they do not fit.
function unpacked(digits, size) {
  const made = new Uint8Array(size);
  for (const digit of digits) {
    let carry = digit.charCodeAt(0) - 48;
    for (let at = size - 1; at >= 0; at--) {
      carry += made[at] * 10;
      made[at] = carry & 255;
      carry >>= 8;
    }
    if (carry) return null;
  }
  return made;
}

function spelt(raw, at) {
  const end = at + 1 + raw[at];
  if (end > raw.length - 64) throw new Wrong("核验码已改动，不能读出");
  let text = "";
  let run = [];
  const flush = () => {
    text += new TextDecoder("gb18030", { fatal: true }).decode(Uint8Array.from(run));
    run = [];
  };
  for (const one of raw.subarray(at + 1, end)) {
    if (one >= 32) {
      run.push(one);
      continue;
    }
    if (one < 1 || one > told.words.length) throw new Wrong("核验码已改动，不能读出");
    flush();
    text += told.words[one - 1];
  }
  flush();
  return [text, end];
}

function opened(code) {
  const size = told.lengths[code.length];
  const raw = unpacked(code, size);
  if (raw === null) throw new Wrong("核验码已改动，不能读出");
  if (raw[0] !== 1) throw new Wrong("核验码已改动，或者不是本程序制作的");
  try {
    const [prefix, at] = spelt(raw, 22);
    const [organ, end] = spelt(raw, at + 4);
    if (end + 64 > size || raw.subarray(end + 64).some((one) => one)) throw new Wrong("核验码已改动，不能读出");
    const day = new Date(Date.UTC(2000, 0, 1 + raw[4] * 256 + raw[5]));
    return {
      number: `${prefix}〔${2000 + raw[at]}〕${raw[at + 1] * 65536 + raw[at + 2] * 256 + raw[at + 3]}号`,
      organ, key: hex(raw.subarray(1, 3)), form: "F" + String(raw[3]).padStart(2, "0"),
      day: day.toISOString().slice(0, 10), digest: hex(raw.subarray(6, 22)),
      body: raw.slice(0, end), signature: raw.slice(end, end + 64),
    };
  } catch (fault) {
    throw fault instanceof Wrong ? fault : new Wrong("核验码已改动，不能读出");
  }
}

async function sha512(data) {
  if (subtle) return new Uint8Array(await subtle.digest("SHA-512", data));
  if (bundled) return bundled.hash(data);
  throw new Wrong("本浏览器太旧，不能核验，请换用新的浏览器");
}

// 验签: by the browser, or by the bundled code where the browser cannot; the second half of a signature has one form.
async function signed(key, signature, data) {
  for (let at = 31; at >= 0; at--) {
    if (signature[32 + at] < ORDER[at]) break;
    if (signature[32 + at] > ORDER[at] || at === 0) return false;
  }
  if (subtle && !told.bundledOnly) {
    try {
      const made = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return await subtle.verify({ name: "Ed25519" }, made, signature, data);
    } catch (fault) {
      if (!bundled) throw new Wrong("本浏览器不支持 Ed25519 签名，请换用新的浏览器");
    }
  }
  if (!bundled) throw new Wrong("本浏览器不支持 Ed25519 签名，请换用新的浏览器");
  return bundled.sign.detached.verify(data, signature, key);
}

async function ending(signature, covered) {
  const seed = joined(bytes("chengxin word 1\0"), signature.subarray(0, 32));
  const word = unbase64(covered);
  for (let n = 0; n * 64 < word.length; n++) {
    const stream = await sha512(joined(seed, [n]));
    for (let at = 0; at < 64; at++) word[n * 64 + at] ^= stream[at];
  }
  const ended = JSON.parse(new TextDecoder().decode(word));
  return `${dated(ended.on)}${ended.by ? `由 ${ended.by} 替换` : "撤回"}（${ended.reason}）`;
}

const dated = (day) => day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");

function genuine(key, mark) {
  const marks = unbase64(key.genuine);
  for (let at = 0; at < marks.length; at += 12) if (hex(marks.subarray(at, at + 12)) === mark) return true;
  return false;
}

async function judged(text) {
  const code = cleaned(text);
  let stated;
  try {
    stated = opened(code);
  } catch (fault) {
    if (!(fault instanceof Wrong)) throw fault;
    return { answer: "FALSE", notes: [fault.message] };
  }
  const wrong = (why) => ({ answer: "FALSE", stated, notes: [why] });
  const key = list.keys.find((one) => one.id === stated.key);
  if (!key) return wrong("签名不是本机关的任何一把密钥作出的");
  const data = joined(bytes("chengxin check code 1\0"), stated.body);
  if (!(await signed(unhex(key.public), stated.signature, data))) return wrong("签名与所载内容不符");
  const mark = hex((await sha512(joined(bytes("chengxin mark 1\0"), stated.signature.subarray(0, 32)))).subarray(0, 12));
  if (key.genuine !== null && !genuine(key, mark)) return wrong("签发密钥已作废，签名不再算数；这份文书不在作废前的登记之中");
  if (key.until && stated.day > key.until) return wrong(`签发密钥已于 ${key.until} 停止使用，文书日期在其后`);
  const ended = list.ended.find((one) => one.mark === mark);
  if (ended) return { answer: "ENDED", stated, notes: [await ending(stated.signature, ended.word)] };
  return { answer: "CODE_ONLY", stated, notes: [] }; // the page knows the code and what is typed in, never the paper
}

const fields = (stated) => ({
  文号: stated.number, 机关: stated.organ, 文书: told.kinds[stated.form] || stated.form, 成文日期: dated(stated.day),
  内容指纹: stated.digest.slice(0, 16),
});

const at = (name) => document.getElementById(name);

function compared(found) {
  const states = fields(found.stated);
  for (const [name, box] of [["文号", "number"], ["机关", "organ"], ["成文日期", "day"], ["内容指纹", "digest"]]) {
    const text = at(box).value.trim();
    if (text && plain(text) !== plain(states[name])) {
      found.answer = "FALSE";
      found.notes.push(`${name}：纸面为“${text}”，核验码所载为“${states[name]}”`);
    }
  }
}

async function withData(found, file) {
  if (!subtle) return found.notes.push("本浏览器不能核对数据文件");
  const digest = hex(new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer())));
  if (digest.slice(0, 32) === found.stated.digest) return found.notes.push(told.dataCompared);
  found.answer = "FALSE";
  return found.notes.push("数据文件与签发时的内容不一致");
}

function shown(found) {
  at("answer").className = found.answer;
  at("answer").textContent = told.answers[found.answer];
  at("notes").replaceChildren(...found.notes.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  const rows = Object.entries(found.stated ? fields(found.stated) : {}).map(([name, text]) => {
    const row = document.createElement("tr");
    row.append(Object.assign(document.createElement("th"), { textContent: name }));
    row.append(Object.assign(document.createElement("td"), { textContent: text }));
    return row;
  });
  at("fields").replaceChildren(...rows);
  at("eye").hidden = !found.stated || found.answer === "FALSE";
  at("result").hidden = false;
}

async function verify() {
  const found = await judged(at("code").value);
  if (found.stated) {
    compared(found);
    if (at("data").files.length) await withData(found, at("data").files[0]);
  }
  shown(found);
}

// 照片识读: the bundled reader on the photograph, at several sizes.
async function photographed(file) {
  const image = await createImageBitmap(file);
  for (const size of [1, 2, 0.5, 3, 0.25]) {
    const [width, height] = [Math.round(image.width * size), Math.round(image.height * size)];
    if (width * height > 4e7 || Math.min(width, height) < 40) continue;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    const read = jsQR(pen.getImageData(0, 0, width, height).data, width, height, { inversionAttempts: "dontInvert" });
    if (read && told.lengths[read.data.length]) return read.data;
  }
  throw new Wrong("没有读到核验码：请拍清楚整个方形码，不要反光，或者用扫码枪、手机读出数字后粘贴");
}

function guarded(act) {
  return async (event) => {
    event.preventDefault();
    try {
      await act(event);
    } catch (fault) {
      const said = fault instanceof Wrong ? fault.message : "没有办成，请换用新的浏览器再试";
      shown({ answer: "UNDONE", notes: [said] });
    }
  };
}

async function started() {
  const own = list.keys.find((one) => one.id === told.list.key);
  const text = joined(bytes("chengxin check list 1\0"), bytes(told.list.text));
  if (!own || !(await signed(unhex(own.public), unhex(told.list.signature), text))) {
    throw new Wrong("本网页所带的核验资料已损坏或者被改动，请从本机关重新取得");
  }
  at("ask").disabled = false;
  at("code").focus();
}

at("form").addEventListener("submit", guarded(verify));
at("code").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return; // a handheld scanner ends with it
  event.preventDefault();
  at("form").requestSubmit();
});
if (typeof jsQR === "function") {
  at("camera").hidden = false;
  at("photo").addEventListener("change", guarded(async (event) => {
    at("code").value = await photographed(event.target.files[0]);
    await verify();
  }));
}
guarded(started)(new Event("start"));
