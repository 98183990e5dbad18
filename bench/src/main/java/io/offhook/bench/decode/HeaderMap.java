package io.offhook.bench.decode;

import java.util.Map;

import io.offhook.ingestor.esl.EslEvent;

/** The headers that another client has decoded, to be read by the same reader as ours: the map is that client's own. */
record HeaderMap(Map<String, String> headers) implements EslEvent {

    @Override
    public int bytes() {
        return 0;
    }

    @Override
    public String header(String name) {
        String value = headers.get(name);
        return value == null || value.isEmpty() || value.equals("_undef_") ? null : value;
    }
}
