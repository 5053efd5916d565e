export declare const html: string;
export declare const css: string;
export declare const script: string;
