// Copies a text by one tap. Without this script the button stays hidden, and
// a long press selects the text as a whole.
'use strict';

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// The old way first: it works within the tap itself, also over plain http and
// in webviews that refuse the clipboard API.
function copy(element) {
  select(element);
  if (document.execCommand('copy')) return Promise.resolve();
  if (!navigator.clipboard) return Promise.reject(new Error('no way to copy'));
  return navigator.clipboard.writeText(element.textContent);
}

function tell(words) {
  document.getElementById('copy-result').textContent = words;
}

document.querySelectorAll('[data-copies]').forEach((button) => {
  const element = document.getElementById(button.dataset.copies);
  button.hidden = false;
  document.getElementById('copy-hint').hidden = true;
  button.addEventListener('click', () => {
    copy(element).then(
      () => tell('已复制 ' + element.textContent + '，请到微信“添加朋友”里粘贴'),
      () => {
        element.scrollIntoView({ block: 'center' });
        tell('没能自动复制，请长按上面的微信号复制');
      },
    );
  });
});
