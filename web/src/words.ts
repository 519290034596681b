// Every word the client itself says, in both languages. `satisfies` makes a missing key a type error.
const zh = {
  close: "关闭",
  cancel: "取消",
  confirm: "确定",
  undo: "撤销",
  undone: "已撤销。",
  open: "打开",
  saving: "正在保存…",
  draftSaved: "草稿已保存 {time}",
  draftRestored: "已恢复 {time} 写的草稿。",
  draftOlder: "有一份 {time} 写的草稿，之后这条记录已有改动。",
  draftRestore: "恢复草稿",
  draftDrop: "丢弃草稿",
  draftFull: "浏览器存储已满，草稿没有保存；请尽快提交。",
  offline: "没有连上服务器，写的内容还在。请检查网络后再试一次。",
  timeout: "服务器一分钟内没有回答，写的内容还在。请再试一次。",
  signedOut: "登录已过期，写的内容还在。重新登录后可以继续。",
  signIn: "重新登录",
  notAllowed: "没有权限做这一步。需要时请联系社区管理员开通。",
  notFound: "这条记录不在了，可能已被合并或移走。请刷新列表。",
  tooMany: "操作太频繁，请过一会儿再试。",
  tooLarge: "内容或文件太大，服务器没有收下。",
  serverFault: "服务器没能完成这一步，写的内容还在。请再试一次；仍不行请联系管理员。",
  conflictBare: "有人先保存了这条记录。写的内容还在，请刷新后核对再保存。",
  taken: "已采用对方的内容",
  liveOn: "实时",
  liveOff: "已断开，正在重新连接…",
  callFailed: "有来电，但来电人资料没有取到。",
  copied: "已复制。",
  copyFailed: "浏览器不允许复制，请手动选中后复制。",
  locating: "正在取得位置…",
  located: "已取得位置，误差约 {m} 米（{datum}）。",
  locatedCoarse: "取得的位置误差约 {m} 米，请核对地址。",
  locateDenied: "没有得到定位许可。可以直接写地址，或在浏览器设置里允许定位后再按一次。",
  locateUnavailable: "现在取不到位置（室内或无信号常见）。请直接写地址。",
  locateTimeout: "20 秒内没有取到位置。可以再按一次，或直接写地址。",
  locateInsecure: "这个网址不是安全连接（https），浏览器不提供定位。请直接写地址。",
  fileTooLarge: "「{name}」有 {size}，超过上限 {max}。请选小一点的文件。",
  fileWrongType: "「{name}」不是可用的文件类型（需要 {types}）。",
  fileTooMany: "最多选 {max} 个文件，现在选了 {n} 个。",
  filesChosen: "已选 {n} 个文件，共 {size}。",
  progressCount: "{done} / {total}",
  progressDone: "已完成，共 {total}。",
  progressFailed: "没有完成：{why}",
  progressLost: "暂时取不到进度，工作仍在后台进行，稍后自动再查。",
  helpTitle: "键盘",
  helpSearch: "搜索",
  helpMove: "列表里下一条 / 上一条",
  helpOpen: "打开选中的一条",
  helpNew: "新建",
  helpHelp: "显示这张表",
  helpEscape: "关闭弹出的内容",
  helpKeys: "使用单键快捷键",
  mapLegend: "图例",
  mapList: "按列表查看（{n}）",
  mapOpen: "打开",
  mapFailed: "地图数据没有取到。可以用下面的列表，或刷新页面。",
  mapNoWebgl: "这台设备的浏览器画不了地图，下面是同样内容的列表。",
  mapEmpty: "这个范围里没有要显示的点。",
  mapZoomIn: "放大",
  mapZoomOut: "缩小",
  mapLabel: "地图，用方向键移动，加减键缩放",
  stateOk: "按时",
  stateSoon: "即将到期",
  stateLate: "已超期",
  stateWait: "等待",
  stateDone: "已结",
};

const en = {
  close: "Close",
  cancel: "Cancel",
  confirm: "Confirm",
  undo: "Undo",
  undone: "Undone.",
  open: "Open",
  saving: "Saving…",
  draftSaved: "Draft kept {time}",
  draftRestored: "The draft of {time} is back.",
  draftOlder: "There is a draft of {time}; the record has changed since.",
  draftRestore: "Bring it back",
  draftDrop: "Drop the draft",
  draftFull: "The browser's storage is full and the draft is not kept; please send soon.",
  offline: "The server could not be reached. What you typed is still here; check the network and try again.",
  timeout: "The server did not answer within a minute. What you typed is still here; try again.",
  signedOut: "Your sign-in has expired. What you typed is still here; sign in again to go on.",
  signIn: "Sign in again",
  notAllowed: "You may not do this step. Ask the community's administrator if you need to.",
  notFound: "This record is gone; it may have been merged or moved. Refresh the list.",
  tooMany: "Too many tries; please wait a little.",
  tooLarge: "The content or file is too large and was not taken.",
  serverFault: "The server could not finish this step. What you typed is still here; try again, then tell the administrator.",
  conflictBare: "Somebody saved this record first. What you typed is still here; refresh, compare and save again.",
  taken: "Their words taken",
  liveOn: "Live",
  liveOff: "Disconnected, trying again…",
  callFailed: "A call is coming in, but the caller's file could not be fetched.",
  copied: "Copied.",
  copyFailed: "The browser does not allow copying; please select and copy by hand.",
  locating: "Finding the position…",
  located: "Position found, within about {m} m ({datum}).",
  locatedCoarse: "Position found only within about {m} m; please check the address.",
  locateDenied: "Permission was not given. Write the address, or allow the position in the browser's settings and press again.",
  locateUnavailable: "No position can be had right now (common indoors). Please write the address.",
  locateTimeout: "No position within 20 seconds. Press again, or write the address.",
  locateInsecure: "This address is not a secure connection (https), so the browser gives no position. Please write the address.",
  fileTooLarge: "“{name}” has {size}, more than the limit of {max}. Choose a smaller file.",
  fileWrongType: "“{name}” is not a usable kind of file (needs {types}).",
  fileTooMany: "At most {max} files; {n} are chosen.",
  filesChosen: "{n} files chosen, {size} together.",
  progressCount: "{done} / {total}",
  progressDone: "Done, {total} in all.",
  progressFailed: "Not finished: {why}",
  progressLost: "The progress can not be read right now; the work goes on and is asked for again soon.",
  helpTitle: "Keyboard",
  helpSearch: "Search",
  helpMove: "Next / previous in the list",
  helpOpen: "Open the chosen one",
  helpNew: "New",
  helpHelp: "Show this table",
  helpEscape: "Close what popped up",
  helpKeys: "Use single-key shortcuts",
  mapLegend: "Legend",
  mapList: "As a list ({n})",
  mapOpen: "Open",
  mapFailed: "The map's data could not be fetched. Use the list below, or reload.",
  mapNoWebgl: "This browser can not draw the map; below is the same as a list.",
  mapEmpty: "Nothing to show in this area.",
  mapZoomIn: "Zoom in",
  mapZoomOut: "Zoom out",
  mapLabel: "Map; arrow keys move, plus and minus zoom",
  stateOk: "on time",
  stateSoon: "due soon",
  stateLate: "overdue",
  stateWait: "waiting",
  stateDone: "done",
} satisfies Record<keyof typeof zh, string>;

export type Word = keyof typeof zh;

/** The sentence for `key` in the page's language, its `{holes}` filled. */
export function say(key: Word, holes: Record<string, string | number> = {}): string {
  const book: Record<Word, string> = document.documentElement.lang.startsWith("en") ? en : zh;
  return book[key].replace(/\{(\w+)\}/g, (all, name: string) => String(holes[name] ?? all));
}

export const locale = (): string => document.documentElement.lang || "zh-CN";

/** 「3.4 MB」: one decimal from a megabyte on. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${Math.round(n / 1024)} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}

/** 「11月23日 14:30」 for a moment in milliseconds. */
export function moment(ms: number): string {
  const d = new Date(ms);
  const sameDay = d.toDateString() === new Date().toDateString();
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (!sameDay) Object.assign(options, { month: "long", day: "numeric" });
  return new Intl.DateTimeFormat(locale(), options).format(d);
}
