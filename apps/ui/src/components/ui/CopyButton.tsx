'use client';
import { useEffect, useRef, useState } from 'react';
import { useTexts } from '@/i18n/use-texts';
import { copyText } from './copy-text';
import { IconButton } from './Button';

/** Copies a text and says so for two seconds. */
export function CopyButton({ text, label }: { readonly text: string | (() => string); readonly label?: string }) {
  const t = useTexts();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <IconButton
      icon={copied ? 'check' : 'copy'}
      label={copied ? t.common.copied : (label ?? t.common.copy)}
      onClick={async (event) => {
        event.stopPropagation();
        if (!(await copyText(typeof text === 'function' ? text() : text))) return;
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), 2000);
      }}
    />
  );
}
