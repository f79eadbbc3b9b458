namespace EdgeAgent.Configuration;

/// <summary>What <c>edgeagent check</c> says about a reading, as text or JSON.</summary>
internal static class ConfigReport
{
    /// <summary>Every problem; then, where nothing stands in the way, <c>ok</c> and the plan.</summary>
    /// <param name="reading">What was read.</param>
    /// <param name="isOk">Whether the configuration will do (with -W, warnings count).</param>
    public static string Text(ConfigReading reading, bool isOk) =>
        (reading.Problems.Length > 0 ? ProblemText.Render(reading.Problems) : "") + (isOk ? "ok\n" + PlanText.Render(reading.Plan!, reading.Config!) : "");

    public static string Json(ConfigReading reading, bool isOk)
    {
        return JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", isOk);
            ProblemJson.Write(json, reading.Problems);
            if (reading.Plan is { } plan)
            {
                PlanText.Write(json, plan);
            }

            json.WriteEndObject();
        });
    }
}
