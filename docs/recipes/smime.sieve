# Sorts mail by the verdict of its signature, for Dovecot's Pigeonhole. Needs sieve_extprograms (90-smime.conf) and
# smime-exit in sieve_execute_bin_dir.
require ["vnd.dovecot.execute", "variables", "editheader", "fileinto", "mailbox", "imap4flags"];

# A line that came with the mail says nothing.
deleteheader "X-SMIME";

# The exit code as text; the test itself fails when the program could not run.
if not execute :pipe :output "code" "smime-exit" {
    set "code" "3";
}

if string "${code}" "1" {
    # It should not be believed.
    fileinto :create "Quarantine";
    stop;
}
if string "${code}" "5" {
    # A key or a passphrase is missing; somebody has to look.
    fileinto :create "Setup";
    stop;
}
if not string "${code}" ["0", "4"] {
    # Not judged, because of the machine. Sieve cannot ask the mail server to try again: sieve-filter does, by cron.
    fileinto :create "Unchecked";
    stop;
}
if string "${code}" "0" {
    addheader "X-SMIME" "good";
} else {
    addheader "X-SMIME" "none";
}
fileinto "INBOX";
