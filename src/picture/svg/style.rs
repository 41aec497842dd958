//! The colours, for light and dark themes.

/// The style sheet of a picture.
pub(super) const STYLE: &str = "\
text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1f2328}
.m{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
.b{font-weight:600}
.q{fill:#59636e}
.page{fill:#fbfcfd}
.vpc{fill:#fff;stroke:#9aa4b0;stroke-width:1.4}
.bar{fill:#eef1f4;stroke:#c3cad2}
.gate{fill:#fff;stroke:#59636e;stroke-width:1.2}
.public{fill:#eef8ef;stroke:#8cc29a}
.private{fill:#edf4fd;stroke:#95bbe6}
.isolated{fill:#f4f0fb;stroke:#b7a3dc}
.unknown{fill:#f6f8fa;stroke:#a8b1bb}
.k-public{fill:#1a7f37}
.k-private{fill:#0a5cb8}
.k-isolated{fill:#6b3fc0}
.k-unknown{fill:#59636e}
.chip{fill:#fff;stroke:#6e7781;stroke-width:1.1}
.chip-internet{fill:#fff1f0;stroke:#cf222e;stroke-width:1.8}
.chip-undetermined{fill:#fff;stroke:#cf222e;stroke-width:1.6}
.chip-limited{fill:#fff;stroke:#9a6700;stroke-width:1.6}
.i{fill:none;stroke:#59636e;stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round}
.w{fill:none;stroke:#57606a;stroke-width:1.4}
.a{fill:#57606a}
.l{fill:#424a53}
.out .w{stroke:#8c959f}
.out .a{fill:#8c959f}
.red .w{stroke:#cf222e;stroke-width:2}
.red .a{fill:#cf222e}
.red .l{fill:#b3151f;font-weight:600}
.few .w{stroke:#9a6700}
.few .a{fill:#9a6700}
.few .l{fill:#7d5200}
.link .w{stroke:#9aa4b0;stroke-width:2.4}
.halo{fill:none;stroke:#fff;stroke-width:5}
.halo-page{fill:none;stroke:#fbfcfd;stroke-width:6}
.pill{fill:#fff;stroke:#d5dae0;stroke-width:.8}
.dash{stroke-dasharray:5 3.5}
.error{fill:#a40e26}
.warning{fill:#8a5a00}
.info{fill:#3b5f85}
.n{fill:#fff;font-weight:600}
.perhaps{fill:#fff;stroke:#59636e;stroke-width:1.2;stroke-dasharray:2.5 1.8}
.n-perhaps{fill:#1f2328;font-weight:600}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.q{fill:#9198a1}
.page{fill:#0d1117}
.vpc{fill:#151b23;stroke:#656c76}
.bar{fill:#212830;stroke:#3d444d}
.gate{fill:#151b23;stroke:#9198a1}
.public{fill:#12261a;stroke:#3c7d4f}
.private{fill:#11233a;stroke:#3a6ea8}
.isolated{fill:#211a33;stroke:#7358b5}
.unknown{fill:#1a2027;stroke:#656c76}
.k-public{fill:#56d364}
.k-private{fill:#79c0ff}
.k-isolated{fill:#c297ff}
.k-unknown{fill:#9198a1}
.chip{fill:#0d1117;stroke:#7d8590}
.chip-internet{fill:#2d1214;stroke:#ff6b65}
.chip-undetermined{fill:#0d1117;stroke:#ff6b65}
.chip-limited{fill:#0d1117;stroke:#d29922}
.i{stroke:#9198a1}
.w{stroke:#9aa4b0}
.a{fill:#9aa4b0}
.l{fill:#d1d7e0}
.out .w{stroke:#6b747e}
.out .a{fill:#6b747e}
.red .w{stroke:#ff6b65}
.red .a{fill:#ff6b65}
.red .l{fill:#ff9892}
.few .w{stroke:#d29922}
.few .a{fill:#d29922}
.few .l{fill:#e3b341}
.link .w{stroke:#565e68}
.halo{stroke:#151b23}
.halo-page{stroke:#0d1117}
.pill{fill:#151b23;stroke:#3d444d}
.error{fill:#f85149}
.warning{fill:#d29922}
.info{fill:#6ca4dd}
.n{fill:#0d1117}
.perhaps{fill:#0d1117;stroke:#9198a1}
.n-perhaps{fill:#e6edf3}
}
";
