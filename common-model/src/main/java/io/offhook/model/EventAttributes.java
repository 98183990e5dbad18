package io.offhook.model;

import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * The attributes of an event in their order, never changed. Some ten of them stay with each event for as long as it waits for a
 * receiver: two arrays take a fifth of the memory of a linked map, and ten names are found as soon by looking through them. Values that came
 * as UTF-8 stay so until they are asked for as text: most only go on to the receiver.
 */
final class EventAttributes extends AbstractMap<String, String> implements SequencedMap<String, String> {

    /** Name, value, name, value, ...: a value is text or UTF-8. */
    private final Object[] pairs;

    private EventAttributes(Object[] pairs) {
        this.pairs = pairs;
    }

    /** @param pairs name, value as UTF-8, name, value, ...: this array from now on, each name once */
    static EventAttributes ofUtf8(Object[] pairs) {
        return new EventAttributes(pairs);
    }

    static EventAttributes copyOf(Map<String, String> attributes) {
        if (attributes instanceof EventAttributes already) {
            return already;
        }
        var pairs = new Object[2 * attributes.size()];
        int at = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            pairs[at++] = attribute.getKey();
            pairs[at++] = attribute.getValue();
        }
        return new EventAttributes(pairs);
    }

    @Override
    public int size() {
        return pairs.length / 2;
    }

    @Override
    public String get(Object name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (Objects.equals(pairs[i], name)) {
                return text(i + 1);
            }
        }
        return null;
    }

    private String name(int at) {
        return (String) pairs[at];
    }

    private String text(int at) {
        return pairs[at] instanceof byte[] utf8 ? new String(utf8, StandardCharsets.UTF_8) : (String) pairs[at];
    }

    private byte[] utf8(int at) {
        return pairs[at] instanceof byte[] utf8 ? utf8 : ((String) pairs[at]).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean containsKey(Object name) {
        return get(name) != null;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < pairs.length; i += 2) {
            action.accept(name(i), text(i + 1));
        }
    }

    /** @param action hears each name and its value, which it must not change */
    void forEachUtf8(BiConsumer<String, byte[]> action) {
        for (int i = 0; i < pairs.length; i += 2) {
            action.accept(name(i), utf8(i + 1));
        }
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public int size() {
                return EventAttributes.this.size();
            }

            @Override
            public Iterator<Entry<String, String>> iterator() {
                return IntStream.range(0, size()).mapToObj(
                        i -> (Entry<String, String>) new SimpleImmutableEntry<>(name(2 * i), text(2 * i + 1)))
                        .iterator();
            }
        };
    }

    @Override
    public SequencedMap<String, String> reversed() {
        var reversed = new Object[pairs.length];
        for (int i = 0; i < pairs.length; i += 2) {
            reversed[pairs.length - 2 - i] = pairs[i];
            reversed[pairs.length - 1 - i] = pairs[i + 1];
        }
        return new EventAttributes(reversed);
    }
}
