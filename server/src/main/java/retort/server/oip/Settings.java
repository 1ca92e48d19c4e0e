package retort.server.oip;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import retort.inference.LogSettingsRequest;
import retort.inference.LogSettingsResponse;
import retort.inference.TraceSettingRequest;
import retort.inference.TraceSettingResponse;

/**
 * The settings that clients may ask for. They are told as they are; the server's operator sets
 * them, so that a client may only set what is set already.
 */
final class Settings {
  private static final Map<String, List<String>> TRACE =
      new TreeMap<>(
          Map.of(
              "trace_level", List.of("OFF"),
              "trace_rate", List.of("1000"),
              "trace_count", List.of("-1"),
              "log_frequency", List.of("0"),
              "trace_file", List.of(""),
              "trace_mode", List.of("triton")));

  private static final Map<String, LogSettingsResponse.SettingValue> LOG =
      new TreeMap<>(
          Map.of(
              "log_file", text(""),
              "log_info", bool(true),
              "log_warning", bool(true),
              "log_error", bool(true),
              "log_verbose_level",
                  LogSettingsResponse.SettingValue.newBuilder().setUint32Param(0).build(),
              "log_format", text("default")));

  private Settings() {}

  private static LogSettingsResponse.SettingValue bool(boolean value) {
    return LogSettingsResponse.SettingValue.newBuilder().setBoolParam(value).build();
  }

  private static LogSettingsResponse.SettingValue text(String value) {
    return LogSettingsResponse.SettingValue.newBuilder().setStringParam(value).build();
  }

  static TraceSettingResponse trace(TraceSettingRequest request) {
    request
        .getSettingsMap()
        .forEach(
            (name, value) -> {
              List<String> set = TRACE.get(name);
              boolean same = value.getValueCount() == 0 || value.getValueList().equals(set);
              require("trace", name, set != null, same);
            });
    TraceSettingResponse.Builder response = TraceSettingResponse.newBuilder();
    TRACE.forEach(
        (name, values) ->
            response.putSettings(
                name, TraceSettingResponse.SettingValue.newBuilder().addAllValue(values).build()));
    return response.build();
  }

  static LogSettingsResponse log(LogSettingsRequest request) {
    request
        .getSettingsMap()
        .forEach(
            (name, value) -> {
              Message set = LOG.get(name);
              boolean same = set != null && value.toByteString().equals(set.toByteString());
              require("log", name, set != null, same);
            });
    return LogSettingsResponse.newBuilder().putAllSettings(LOG).build();
  }

  private static void require(String kind, String name, boolean known, boolean same) {
    String setting = kind + " setting '" + Refusals.name(name) + "'";
    if (!known) {
      throw Refusals.invalid(setting + " is not known");
    }
    if (!same) {
      throw Refusals.unsupported(
          setting + " cannot be changed by a client of this server, only by who starts it");
    }
  }
}
