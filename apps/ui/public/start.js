// Runs before the first paint: theme and language as last chosen, so that nothing flashes. A file of its own, for a strict CSP.
(function () {
  var root = document.documentElement;
  try {
    var theme = new URLSearchParams(location.search).get('theme') || localStorage.getItem('millrace.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var language = localStorage.getItem('millrace.language') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');
    if (language === 'zh') {
      root.lang = 'zh-CN';
      root.dataset.words = 'pending';
      setTimeout(function () { delete root.dataset.words; }, 3000);
    }
  } catch {
    // Storage may be forbidden; the system's theme and English are then right.
  }
})();
