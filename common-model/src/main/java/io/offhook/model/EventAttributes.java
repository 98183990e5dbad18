package io.offhook.model;

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
 * receiver: two arrays take a fifth of the memory of a linked map, and ten names are found as soon by looking through them.
 */
final class EventAttributes extends AbstractMap<String, String> implements SequencedMap<String, String> {

    /** Name, value, name, value, ... */
    private final String[] pairs;

    private EventAttributes(String[] pairs) {
        this.pairs = pairs;
    }

    /** @param pairs name, value, name, value, ...: this array from now on, each name once */
    static EventAttributes ofPairs(String[] pairs) {
        return new EventAttributes(pairs);
    }

    static EventAttributes copyOf(Map<String, String> attributes) {
        if (attributes instanceof EventAttributes already) {
            return already;
        }
        var pairs = new String[2 * attributes.size()];
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
                return pairs[i + 1];
            }
        }
        return null;
    }

    @Override
    public boolean containsKey(Object name) {
        return get(name) != null;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < pairs.length; i += 2) {
            action.accept(pairs[i], pairs[i + 1]);
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
                        i -> (Entry<String, String>) new SimpleImmutableEntry<>(pairs[2 * i], pairs[2 * i + 1]))
                        .iterator();
            }
        };
    }

    @Override
    public SequencedMap<String, String> reversed() {
        var reversed = new String[pairs.length];
        for (int i = 0; i < pairs.length; i += 2) {
            reversed[pairs.length - 2 - i] = pairs[i];
            reversed[pairs.length - 1 - i] = pairs[i + 1];
        }
        return new EventAttributes(reversed);
    }
}
