using System.Text;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors.Kernel;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Puts what programs write to standard error into the log, line by line, at the level that a prefix asks for (E!, W!, I!, D!, as
/// Telegraf has them), and at most so many lines a minute. Used by one program at a time.
/// </summary>
internal sealed class ProgramLog(string sensor, ILogger log, TimeProvider time)
{
    private const int LineLimit = 1024;
    private const int LinesPerMinute = 10;

    private readonly StringBuilder _line = new();
    private readonly LineBudget _budget = new(LinesPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>Reads to the end, which comes when all that hold the pipe have closed it, or to the cancellation.</summary>
    public async Task CopyAsync(Descriptor error, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await error.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                Take(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (OperationCanceledException)
        {
            // What came until now is shown below.
        }

        Flush();
    }

    private void Take(string text)
    {
        foreach (var symbol in text)
        {
            if (symbol == '\n')
            {
                Flush();
            }
            else if (_line.Length < LineLimit)
            {
                _line.Append(char.IsControl(symbol) ? ' ' : symbol);
            }
        }
    }

    private void Flush()
    {
        var line = _line.ToString().Trim();
        _line.Clear();
        if (line.Length == 0)
        {
            return;
        }

        if (_budget.TryRenew(out var leftOut))
        {
            log.ProgramLinesLeftOut(sensor, leftOut);
        }

        if (_budget.TryTake())
        {
            Write(line);
        }
    }

    private void Write(string line)
    {
        var message = line.Length > 2 && line[1] == '!' ? line[2..].TrimStart() : line;
        switch (line.Length > 2 && line[1] == '!' ? line[0] : ' ')
        {
            case 'E':
                log.ProgramError(sensor, message);
                break;
            case 'W':
                log.ProgramWarning(sensor, message);
                break;
            case 'I':
                log.ProgramInformation(sensor, message);
                break;
            case 'D':
                log.ProgramDebug(sensor, message);
                break;
            default:
                log.ProgramWarning(sensor, line);
                break;
        }
    }
}
