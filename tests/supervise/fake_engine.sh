#!/usr/bin/env bash
# Stands for surefoot-engine: notes each start in $RUN/starts, then does what the n-th word of $SCRIPT says; the last word repeats.
# save-N makes a checkpoint of step N, beat-N says where it is; several actions are joined by +.
starts=$(($(cat "$RUN/starts" 2>/dev/null || echo 0) + 1))
echo "$starts" > "$RUN/starts"
read -ra words <<< "$SCRIPT"
at=$((starts <= ${#words[@]} ? starts - 1 : ${#words[@]} - 1))
IFS=+ read -ra actions <<< "${words[$at]}"
for action in "${actions[@]}"; do
  case $action in
    exit-*) exit "${action#exit-}" ;;
    save-*) mkdir -p "$RUN/checkpoints"; echo '{}' > "$RUN/checkpoints/step-${action#save-}.json" ;;
    beat-*) printf "$(printf '\\x%02x\\0\\0\\0\\0\\0\\0\\0' "${action#beat-}")" > "/proc/self/fd/$SUREFOOT_HEARTBEAT_FD" ;;
    count-*) # ends with the number of these signals that came within half a second
      trap "echo x >> '$RUN/signals'" "${action#count-}"
      touch "$RUN/ready"
      for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done
      exit 6 ;;
    last-words) # of an interrupt it dies, which bash by itself does only where its child died of it, too
      trap 'trap - INT; kill -INT $$' INT
      trap 'touch "$RUN/saved"; exit 6' TERM; touch "$RUN/ready"; for _ in $(seq 200); do sleep 0.05; done ;;
    *) kill -"$action" $$; sleep 5 ;;
  esac
done
