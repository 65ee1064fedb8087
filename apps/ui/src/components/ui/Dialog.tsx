'use client';
import { useEffect, useRef, type ReactNode } from 'react';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
  readonly top?: boolean;
}

/** A modal dialog; the browser keeps focus inside and gives it back. Mounted means open. */
export function Dialog({ label, onClose, children, wide = false, top = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={`${styles.dialog} ${wide ? styles.wide : ''} ${top ? styles.top : ''}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly action: string;
  readonly cancel: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before what cannot be undone, and names what goes. */
export function ConfirmDialog({ title, text, action, cancel, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog label={title} onClose={onClose}>
      <div className={styles.confirm}>
        <h2>{title}</h2>
        <div className="t2">{text}</div>
        <div className={styles.actions}>
          <button type="button" className={styles.plain} onClick={onClose} autoFocus>
            {cancel}
          </button>
          <button
            type="button"
            className={styles.destroy}
            onClick={() => {
              onConfirm();
              onClose();
            }}
          >
            {action}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
