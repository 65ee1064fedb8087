'use client';
import { useEffect, useSyncExternalStore } from 'react';
import { en, type Texts } from './en';
import { currentLanguage, subscribeToLanguage, type Language } from './language';
import { zh } from './zh';

const DICTIONARIES: Record<Language, Texts> = { en, zh };

export function useLanguage(): Language {
  return useSyncExternalStore(subscribeToLanguage, currentLanguage, () => 'en' as const);
}

/** Every text of the pages, in the language in use. */
export function useTexts(): Texts {
  return DICTIONARIES[useLanguage()];
}

/** Keeps `<html lang>` true and shows the words once they are in the reader's language. */
export function useDocumentLanguage(): void {
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    delete document.documentElement.dataset['words'];
  }, [language]);
}
