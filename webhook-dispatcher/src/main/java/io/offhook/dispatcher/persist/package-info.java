/** What the parts that write rows and read them share: members of groups, and transactions that go by indexes. */
package io.offhook.dispatcher.persist;
