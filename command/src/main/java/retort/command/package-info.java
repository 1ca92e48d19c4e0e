/**
 * What the commands of all modules share, so that they fail, help and tell their version alike.
 * What a command does lives in its own module. Start with {@code Commands}. {@code Launcher} runs a
 * command of another module, where stages meet in processes.
 */
@NullMarked
package retort.command;

import org.jspecify.annotations.NullMarked;
