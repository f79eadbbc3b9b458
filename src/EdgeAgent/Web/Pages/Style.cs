using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Web.Pages;

/// <summary>How the status page looks.</summary>
internal static class Style
{
    /// <summary>The style sheet. Its hash stands in the page's Content-Security-Policy, so that no other style has an effect.</summary>
    public const string Sheet = """
        :root{--back:#f6f7f9;--card:#fff;--text:#17202c;--quiet:#5d6b7c;--rule:#e2e6ec;--accent:#2563eb;--good:#12813d;--busy:#2563eb;--warn:#a15c00;--bad:#c22020;--away:#f59e0b33;--tail:#93b4f5}
        @media(prefers-color-scheme:dark){:root{--back:#0e1217;--card:#171d25;--text:#e6ebf2;--quiet:#93a1b3;--rule:#2a323d;--accent:#6aa5ff;--good:#4ccb7f;--busy:#6aa5ff;--warn:#f2b04b;--bad:#ff7b72;--away:#f59e0b30;--tail:#5278b5}}
        *{box-sizing:border-box}
        body{margin:0;padding:1.25rem;background:var(--back);color:var(--text);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
        header,main,footer{max-width:60rem;margin:0 auto}
        header,.title,figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.25rem 1rem}
        h1{font-size:1.35rem;margin:0}h2{font-size:1.05rem;margin:0}h3{font-size:.85rem;font-weight:500;color:var(--quiet);margin:0}p{margin:.25rem 0 0}
        small,.quiet,footer,.times,.frame span{color:var(--quiet);font-size:.82rem}
        section{background:var(--card);border:1px solid var(--rule);border-radius:.75rem;padding:1rem 1.15rem;margin-top:1rem}
        .state{border-left:.4rem solid var(--mood);padding:1.1rem 1.25rem}.state h2{font-size:1.7rem;line-height:1.2;color:var(--mood)}.state p{overflow-wrap:anywhere}
        .good{--mood:var(--good)}.busy{--mood:var(--busy)}.warn{--mood:var(--warn)}.bad{--mood:var(--bad)}
        .tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;padding:0;overflow:hidden;background:var(--rule)}.tiles div{background:var(--card);padding:.9rem 1.15rem}
        .figure{font-size:1.6rem;font-weight:600;line-height:1.25;margin:.1rem 0;white-space:nowrap}
        .plot{margin:1.1rem 0 0}.plot h3{color:var(--text)}figcaption span{font-weight:600;font-size:.9rem}
        .frame{position:relative;height:7.5rem;margin-top:.4rem}.frame svg{position:absolute;inset:0;width:100%;height:100%;display:block}
        .frame span{position:absolute;left:.3rem;z-index:1;line-height:1;padding:.1rem .15rem;border-radius:.2rem;background:color-mix(in srgb,var(--card) 75%,transparent)}.top{top:.2rem}.middle{top:calc(50% + .2rem)}
        .grid{stroke:var(--rule);fill:none}.line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke:var(--accent)}.fill{fill:var(--accent);opacity:.13}.tail.line{stroke:var(--tail)}
        .line,.grid{vector-effect:non-scaling-stroke}.outage{fill:var(--away)}
        .times{display:flex;justify-content:space-between;margin-top:.25rem}
        .key{font-size:.82rem;color:var(--quiet)}.key i{display:inline-block;width:.9rem;height:.75rem;margin-right:.4rem;border-radius:.15rem;background:var(--away);vertical-align:-.05rem}
        table{border-collapse:collapse;width:100%;margin-top:.6rem}th{font-size:.78rem;font-weight:500;color:var(--quiet);text-align:left}
        th,td{padding:.45rem .6rem .45rem 0;border-bottom:1px solid var(--rule);vertical-align:top}tr:last-child td{border-bottom:0}.number{text-align:right;white-space:nowrap;padding-right:0;padding-left:.6rem}
        td b{font-weight:600}.sensors td:first-child{white-space:nowrap}.sensors td:first-child small{margin-left:.35rem}.value{display:inline-block;margin-right:.9rem;overflow-wrap:anywhere}
        .dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;margin-right:.5rem;background:var(--quiet)}.ok .dot{background:var(--good)}.failing .dot{background:var(--bad)}.stuck .dot{background:var(--warn)}
        .error{color:var(--bad);font-size:.88rem;overflow-wrap:anywhere}
        footer{padding:1rem .2rem}a{color:var(--accent)}
        @media(max-width:44rem){body{padding:.75rem}.tiles{grid-template-columns:1fr 1fr}.figure{font-size:1.35rem}section{padding:.9rem}.tiles{padding:0}
        .sensors thead{display:none}.sensors tr{display:grid;grid-template-columns:max-content max-content minmax(0,1fr);justify-content:start;gap:.1rem 1.1rem;padding:.65rem 0;border-bottom:1px solid var(--rule)}.sensors tr:last-child{border-bottom:0}
        .sensors td{border:0;padding:0}.sensors td:nth-child(-n+2){grid-column:1/-1}.sensors .number{text-align:left;font-size:.82rem}.sensors .number::before{content:attr(data-name) " ";color:var(--quiet)}}
        """;

    /// <summary>As the policy names it.</summary>
    public static string Hash { get; } = $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Sheet)))}";
}
