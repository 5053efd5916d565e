import { useLayoutEffect } from 'preact/hooks';

export const zooms = [0.5, 0.65, 0.8, 1, 1.25, 1.6];
/** An index into `zooms`. */
export interface Zoom {
  value: number;
}
/** The visible part of a box that scrolls. */
export interface View {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
type Box = { readonly current: HTMLDivElement | null };

/** Keeps `view` up to date while the box scrolls and changes its size. */
export function useView(box: Box, view: { value: View }): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const { scrollTop: top, clientWidth: width, clientHeight: height } = element;
      const { value } = view;
      if (value.top !== top || value.width !== width || value.height !== height) view.value = { top, width, height };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
}

/** Pans while the mouse drags the lanes, and zooms with Ctrl and the wheel. */
export function usePan(box: Box, zoom: Zoom): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const end = new AbortController();
    const on = { signal: end.signal };
    let from: { readonly x: number; readonly y: number } | undefined;
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button === 0 && event.pointerType === 'mouse' && (event.target as Element).closest('.lanes') !== null)
          from = { x: event.clientX, y: event.clientY };
      },
      on,
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        if (from === undefined) return;
        // Not before the mouse moves: a captured pointer would not click the dot.
        if (Math.abs(event.clientX - from.x) + Math.abs(event.clientY - from.y) > 4)
          element.setPointerCapture(event.pointerId);
        element.scrollBy(from.x - event.clientX, from.y - event.clientY);
        from = { x: event.clientX, y: event.clientY };
      },
      on,
    );
    for (const kind of ['pointerup', 'pointercancel'] as const)
      element.addEventListener(kind, () => (from = undefined), on);
    element.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom.value = Math.max(0, Math.min(zooms.length - 1, zoom.value + (event.deltaY < 0 ? 1 : -1)));
      },
      { ...on, passive: false },
    );
    return () => end.abort();
  }, []);
}
