(* Theorem (b) of docs/proof: what happens to the words of a coroutine's frames.

   Frames are a list of words. Word i is at the address lo + 8 i, where lo is the base. A layout
   says which words hold return addresses (abs), pointers into the frames (inner), saved frame
   pointers (saved), and heap pointers (live). inner and saved together move with the frames.

   Nothing here is an axiom. What the proofs assume of the compiler and the runtime are the
   hypotheses of the sections, and each names its premise in docs/proof. *)

Require Import ZArith List Lia Arith Bool Wf_nat.
Import ListNotations.
Open Scope Z_scope.

(* ------------------------------------------------------------------ words *)

Definition word (w : list Z) (i : nat) : Z := nth i w 0.

Fixpoint set (w : list Z) (i : nat) (v : Z) : list Z :=
  match w, i with
  | [], _ => []
  | _ :: r, O => v :: r
  | x :: r, S i => x :: set r i v
  end.

Lemma set_length w i v : length (set w i v) = length w.
Proof. revert i; induction w; intros [|i]; simpl; auto. Qed.

Lemma set_same w i v : (i < length w)%nat -> word (set w i v) i = v.
Proof. unfold word. revert i; induction w; intros [|i]; simpl; intros; try lia; auto. apply IHw; lia. Qed.

Lemma set_other w i j v : i <> j -> word (set w i v) j = word w j.
Proof.
  unfold word. revert i j; induction w; intros [|i] [|j] H; simpl; auto; try congruence.
Qed.

Lemma words_eq (a b : list Z) :
  length a = length b -> (forall i, (i < length a)%nat -> word a i = word b i) -> a = b.
Proof.
  revert b; induction a; intros [|y b] L H; simpl in *; try discriminate; auto.
  f_equal.
  - apply (H O); lia.
  - apply IHa; [lia|]. intros i Hi. apply (H (S i)); lia.
Qed.

(* ------------------------------------------------------------- relocation *)

(* relocate is the loop of moveFrames in frozen.go: for each listed offset, the word += d. *)
Fixpoint relocate (d : Z) (moved : list nat) (w : list Z) : list Z :=
  match moved with
  | [] => w
  | i :: r => relocate d r (set w i (word w i + d))
  end.

Lemma relocate_length d moved w : length (relocate d moved w) = length w.
Proof. revert w; induction moved; simpl; intros; auto. rewrite IHmoved. apply set_length. Qed.

(* How often relocate adds d to a word: as often as the word is listed. *)
Theorem relocate_counts d moved w i :
  (i < length w)%nat ->
  word (relocate d moved w) i = word w i + Z.of_nat (count_occ Nat.eq_dec moved i) * d.
Proof.
  revert w; induction moved as [|j r IH]; intros w H; simpl; [lia|].
  rewrite IH by (rewrite set_length; auto).
  destruct (Nat.eq_dec j i) as [->|N].
  - rewrite set_same by auto. lia.
  - rewrite set_other by auto. lia.
Qed.

(* Each listed word is adjusted exactly once a move, ... *)
Theorem relocate_once d moved w i :
  NoDup moved -> In i moved -> (i < length w)%nat -> word (relocate d moved w) i = word w i + d.
Proof.
  intros N I H. rewrite relocate_counts by auto.
  apply (NoDup_count_occ' Nat.eq_dec) with (x := i) in N; auto. rewrite N. lia.
Qed.

(* ... and no other word is touched. *)
Theorem relocate_untouched d moved w i : ~ In i moved -> word (relocate d moved w) i = word w i.
Proof.
  revert w; induction moved as [|j r IH]; intros w N; simpl; auto.
  rewrite IH by (intro; apply N; right; auto). apply set_other. intro; apply N; left; auto.
Qed.

Theorem relocate_compose d e moved w :
  (forall i, In i moved -> (i < length w)%nat) ->
  relocate e moved (relocate d moved w) = relocate (d + e) moved w.
Proof.
  intros _. apply words_eq; rewrite !relocate_length; auto. intros i H.
  rewrite !relocate_counts; rewrite ?relocate_length; auto. lia.
Qed.

Lemma relocate_zero moved w : relocate 0 moved w = w.
Proof.
  apply words_eq; rewrite relocate_length; auto. intros. rewrite relocate_counts; auto. lia.
Qed.

(* A suspended coroutine's saved words, and the base that they are right for. thaw changes both
   in one step. *)
Record saved := { base : Z; words : list Z }.

Definition move (moved : list nat) (s : saved) (lo : Z) : saved :=
  {| base := lo; words := relocate (lo - base s) moved (words s) |}.

Definition moves moved s los := fold_left (move moved) los s.

Theorem moves_once moved s los lo :
  moves moved s (los ++ [lo]) = move moved s lo.
Proof.
  unfold moves. rewrite fold_left_app. simpl.
  revert s; induction los as [|a r IH]; intros s; simpl; auto.
  rewrite IH. unfold move; simpl. f_equal.
  apply words_eq; rewrite !relocate_length; auto. intros i H.
  rewrite !relocate_counts; rewrite ?relocate_length; auto. lia.
Qed.

(* The shortcut of thaw: nothing to do where the frames were the last time. *)
Theorem move_nowhere moved s : move moved s (base s) = s.
Proof. destruct s as [b w]. unfold move; simpl. rewrite Z.sub_diag, relocate_zero. auto. Qed.

(* ------------------------------------------------------------------ memory *)

(* The stack: words at aligned addresses. *)
Definition memory := Z -> Z.

Definition copy_in (m : memory) (lo : Z) (w : list Z) : memory := fun a =>
  if (lo <=? a) && (a <? lo + 8 * Z.of_nat (length w)) && ((a - lo) mod 8 =? 0)
  then word w (Z.to_nat ((a - lo) / 8)) else m a.

Definition copy_out (m : memory) (lo : Z) (n : nat) : list Z :=
  map (fun i => m (lo + 8 * Z.of_nat i)) (seq 0 n).

Lemma copy_in_word m lo w i : (i < length w)%nat -> copy_in m lo w (lo + 8 * Z.of_nat i) = word w i.
Proof.
  intros H. unfold copy_in.
  replace (lo + 8 * Z.of_nat i - lo) with (Z.of_nat i * 8) by lia.
  rewrite Z_mod_mult, Z_div_mult, Nat2Z.id by lia.
  replace (lo <=? lo + 8 * Z.of_nat i) with true by (symmetry; apply Z.leb_le; lia).
  replace (lo + 8 * Z.of_nat i <? _) with true by (symmetry; apply Z.ltb_lt; lia). auto.
Qed.

Lemma copy_in_outside m lo w a : a < lo \/ lo + 8 * Z.of_nat (length w) <= a -> copy_in m lo w a = m a.
Proof.
  intros H. unfold copy_in.
  destruct (Z.leb_spec lo a), (Z.ltb_spec a (lo + 8 * Z.of_nat (length w))); simpl; auto; lia.
Qed.

Lemma copy_out_length m lo n : length (copy_out m lo n) = n.
Proof. unfold copy_out. rewrite map_length, seq_length. auto. Qed.

Lemma copy_out_word m lo n i : (i < n)%nat -> word (copy_out m lo n) i = m (lo + 8 * Z.of_nat i).
Proof.
  intros H. unfold copy_out, word.
  rewrite (nth_indep _ 0 (m (lo + 8 * Z.of_nat 0))) by (rewrite map_length, seq_length; auto).
  rewrite (map_nth (fun i => m (lo + 8 * Z.of_nat i))). rewrite seq_nth by auto. auto.
Qed.

Theorem copy_in_out m lo w : copy_out (copy_in m lo w) lo (length w) = w.
Proof.
  apply words_eq; rewrite copy_out_length; auto. intros. rewrite copy_out_word by auto.
  apply copy_in_word; auto.
Qed.

(* ------------------------------------------------------------- observation *)

(* What a word means to the program: a plain value, or the place at a distance from the base of
   the frames, which is to say a variable (or a byte of one), wherever the frames are. *)
Inductive meaning := Value (v : Z) | Place (distance : Z).

Definition means (moved : list nat) (lo : Z) (i : nat) (v : Z) : meaning :=
  if in_dec Nat.eq_dec i moved then Place (v - lo) else Value v.

(* thaw writes the saved words, relocated for lo, to lo. *)
Definition thaw moved (s : saved) (lo : Z) (m : memory) : memory :=
  copy_in m lo (words (move moved s lo)).

(* Theorem (b), observation. Frames are copied out at one base and copied in at another, with any
   number of moves of the saved words in between: each word means what it meant. *)
Theorem every_word_keeps_its_meaning m m' moved lo n los lo' i :
  NoDup moved -> (i < n)%nat ->
  let s := {| base := lo; words := copy_out m lo n |} in
  means moved lo' i (thaw moved (moves moved s los) lo' m' (lo' + 8 * Z.of_nat i))
  = means moved lo i (m (lo + 8 * Z.of_nat i)).
Proof.
  intros N H s.
  pose proof (moves_once moved s los lo') as E. unfold moves in E. rewrite fold_left_app in E. simpl in E.
  unfold thaw, moves. rewrite E. subst s. cbn [move base words].
  rewrite copy_in_word by (rewrite relocate_length, copy_out_length; auto).
  unfold means. destruct (in_dec Nat.eq_dec i moved) as [I|I].
  - rewrite relocate_once by (auto; rewrite copy_out_length; auto).
    rewrite copy_out_word by auto. f_equal. lia.
  - rewrite relocate_untouched by auto. rewrite copy_out_word by auto. auto.
Qed.

(* The resumer's memory, above the frames, is left alone. *)
Theorem thaw_leaves_the_resumer m moved s lo a :
  lo + 8 * Z.of_nat (length (words s)) <= a -> thaw moved s lo m a = m a.
Proof.
  intros H. unfold thaw. apply copy_in_outside. right. simpl. rewrite relocate_length. auto.
Qed.

(* ----------------------------------------------------------------- priming *)

(* primed: all frames but the innermost, words 0 to k, are copied; then the processor runs one call
   instruction of the innermost frame's caller, which pushes the return address at word k, where the
   innermost frame has it; and primed copies words 0 to k-1. Until then they may be anything
   (junk): before that instruction the goroutine may have been preempted, and they written over. *)
Definition primed moved (s : saved) (lo : Z) (k : nat) (pushed : Z) (junk : memory) (m : memory) : memory :=
  let w := words (move moved s lo) in
  let at_call a := if a <? lo + 8 * Z.of_nat (S k) then junk a else copy_in m lo w a in
  let called a := if a =? lo + 8 * Z.of_nat k then pushed else at_call a in
  copy_in called lo (firstn k w).

Lemma firstn_word k w i : (i < k)%nat -> word (firstn k w) i = word w i.
Proof.
  unfold word. revert k i; induction w; intros [|k] [|i] H; simpl; auto; try lia. apply IHw. lia.
Qed.

Theorem primed_is_thaw moved s lo k junk m i :
  (k < length (words s))%nat -> (i < length (words s))%nat ->
  primed moved s lo k (word (words (move moved s lo)) k) junk m (lo + 8 * Z.of_nat i)
  = thaw moved s lo m (lo + 8 * Z.of_nat i).
Proof.
  intros K H. unfold primed, thaw.
  set (w := words (move moved s lo)) in *.
  assert (L : length w = length (words s)) by (subst w; simpl; apply relocate_length).
  rewrite (copy_in_word m lo w i) by lia.
  destruct (lt_dec i k) as [I|I].
  - rewrite copy_in_word by (rewrite firstn_length; lia). apply firstn_word; auto.
  - rewrite copy_in_outside by (right; rewrite firstn_length; lia).
    destruct (Z.eqb_spec (lo + 8 * Z.of_nat i) (lo + 8 * Z.of_nat k)).
    + replace i with k by lia. reflexivity.
    + destruct (Z.ltb_spec (lo + 8 * Z.of_nat i) (lo + 8 * Z.of_nat (S k))); [lia|].
      apply copy_in_word; lia.
Qed.

(* And while it is preempted there, what is above its stack pointer is as after thaw. *)
Theorem primed_outer_frames moved s lo k junk m i :
  (k < i)%nat -> (i < length (words s))%nat ->
  let a := lo + 8 * Z.of_nat i in
  (if a <? lo + 8 * Z.of_nat (S k) then junk a else copy_in m lo (words (move moved s lo)) a)
  = thaw moved s lo m a.
Proof.
  intros K H a. subst a. destruct (Z.ltb_spec (lo + 8 * Z.of_nat i) (lo + 8 * Z.of_nat (S k))); [lia|auto].
Qed.

(* ---------------------------------------------------------------- liveness *)

Section Liveness.

(* Premise maps: which words are live by name follows from the return addresses alone, and so does
   which variable a place belongs to, and which words of that hold pointers. An object is known
   by a number. size is the distance within which an address is in the frames. *)
Variable returns : list Z -> list Z. (* the return addresses among the words *)
Variable named : list Z -> list nat.
Variable object : list Z -> Z -> option nat.
Variable pointers : list Z -> nat -> list nat.
Variable size : Z.

Definition inside (lo v : Z) : Prop := lo <= v < lo + size.
Definition insideb (lo v : Z) : bool := (lo <=? v) && (v <? lo + size).

Lemma inside_spec lo v : insideb lo v = true <-> inside lo v.
Proof. unfold insideb, inside. rewrite Bool.andb_true_iff, Z.leb_le, Z.ltb_lt. tauto. Qed.

Definition reached (r : list Z) (distance : Z) : list nat :=
  match object r distance with Some o => pointers r o | None => [] end.

(* live is what runtime/mgcmark.go: scanstack finds: the words that are live by name, and those of
   the variables that a live word points to. *)
Inductive live (r : list Z) (lo : Z) (w : list Z) : nat -> Prop :=
| live_named i : In i (named r) -> live r lo w i
| live_reached i j : live r lo w i -> inside lo (word w i) -> In j (reached r (word w i - lo)) -> live r lo w j.

(* A layout, and when it is right for frames: each live word that leads into them is among inner,
   and each other one among live. *)
Record layout := { l_abs : list nat; l_inner : list nat; l_live : list nat }.

Definition right (L : layout) (lo : Z) (w : list Z) : Prop :=
  forall i, live (returns w) lo w i ->
    (In i (l_inner L) /\ inside lo (word w i)) \/ (In i (l_live L) /\ ~ inside lo (word w i)).

Definition exact (L : layout) (lo : Z) (w : list Z) : Prop :=
  forall i, (In i (l_inner L) \/ In i (l_live L)) -> live (returns w) lo w i.

(* The words in abs determine the return addresses. unwinding_governs below says why. *)
Definition governs (L : layout) (w : list Z) : Prop :=
  forall w', length w' = length w -> (forall i, In i (l_abs L) -> word w' i = word w i) -> returns w' = returns w.

(* What freeze verifies, of what is on the stack (w') against what is saved (w). It compares changed
   pointers with the bounds of the whole stack, of which the frames are a part. *)
Definition verified (L : layout) (lo : Z) (w w' : list Z) : Prop :=
  (forall i, In i (l_abs L) -> word w' i = word w i) /\
  (forall i, In i (l_inner L) -> word w' i = word w i) /\
  (forall i, In i (l_live L) -> word w' i = word w i \/ ~ inside lo (word w' i)).

Section Verification.
Variable L : layout.
Variable lo : Z.
Variables w w' : list Z.
Hypothesis same_length : length w = length w'.
Hypothesis govern : governs L w.
Hypothesis saved_right : right L lo w.
Hypothesis verify : verified L lo w w'.

Lemma returns_same : returns w' = returns w.
Proof. destruct verify as (A & _). apply govern; auto. Qed.

(* A word of the layout's live list does not lead into the stack afterwards either. *)
Lemma live_list_leads_out i :
  live (returns w) lo w i -> In i (l_live L) -> ~ In i (l_inner L) \/ ~ inside lo (word w i) -> ~ inside lo (word w' i).
Proof.
  intros A I N C. destruct verify as (_ & _ & V). destruct (V i I) as [E|E].
  - rewrite E in C. destruct (saved_right i A) as [[J K]|[J K]].
    + destruct N; tauto.
    + exact (K C).
  - exact (E C).
Qed.

(* If what freeze compares is the same, then the same words are live. *)
Theorem live_same i :
  (forall k, In k (l_live L) -> ~ In k (l_inner L)) ->
  (live (returns w') lo w' i <-> live (returns w) lo w i).
Proof.
  intros apart. rewrite returns_same. split; intros H.
  - induction H as [i H|i j _ IH C H]; [constructor; auto|].
    destruct (saved_right i IH) as [[J K]|[J K]].
    + destruct verify as (_ & V & _). rewrite (V i J) in *. eapply live_reached; eauto.
    + exfalso. eapply live_list_leads_out; eauto.
  - induction H as [i H|i j H' IH C H]; [constructor; auto|].
    destruct (saved_right i H') as [[J K]|[J K]].
    + destruct verify as (_ & V & _). rewrite <- (V i J) in *. eapply live_reached; eauto.
    + exfalso. exact (K C).
Qed.

(* And so the layout is right for what freeze has saved. *)
Theorem right_after_freeze :
  (forall k, In k (l_live L) -> ~ In k (l_inner L)) -> right L lo w'.
Proof.
  intros apart i H. apply live_same in H; auto.
  destruct (saved_right i H) as [[J K]|[J K]].
  - left. split; auto. destruct verify as (_ & V & _). rewrite (V i J). auto.
  - right. split; auto. destruct verify as (_ & _ & V). destruct (V i J) as [E|E]; auto.
    rewrite E. auto.
Qed.

Theorem governs_after_freeze : governs L w'.
Proof.
  intros v Len A. rewrite returns_same. apply govern; [lia|]. intros i H.
  destruct verify as (B & _). rewrite A, B; auto.
Qed.

Theorem exact_after_freeze :
  (forall k, In k (l_live L) -> ~ In k (l_inner L)) -> exact L lo w -> exact L lo w'.
Proof. intros apart X i H. apply live_same; auto. Qed.

End Verification.

(* The same under relocation: a layout that is right for saved words is right when they have moved. *)
Section Moving.
Variable L : layout.
Variable frame_pointers : list nat. (* the saved frame pointers: moved, but no pointers of the program *)
Variables lo lo' : Z.
Variable w : list Z.
Let moved := l_inner L ++ frame_pointers.
Let w' := relocate (lo' - lo) moved w.
Hypothesis listed_once : NoDup moved.
Hypothesis listed_inside : forall i, In i moved -> (i < length w)%nat.
Hypothesis abs_stay : forall i, In i (l_abs L) -> ~ In i moved.
Hypothesis live_stay : forall i, In i (l_live L) -> ~ In i moved.
Hypothesis govern : governs L w.
Hypothesis apart : forall i, live (returns w) lo w i -> In i (l_live L) -> ~ inside lo' (word w i).
Hypothesis was_right : right L lo w.

Lemma moved_returns : returns w' = returns w.
Proof.
  apply govern; [apply relocate_length|]. intros i H. apply relocate_untouched. auto.
Qed.

Lemma moved_inner i : In i (l_inner L) -> word w' i = word w i + (lo' - lo).
Proof.
  intros H. apply relocate_once; auto.
  - unfold moved. apply in_or_app; auto.
  - apply listed_inside. unfold moved. apply in_or_app; auto.
Qed.

Lemma inside_moves v : inside lo v -> inside lo' (v + (lo' - lo)).
Proof. unfold inside. lia. Qed.

Theorem live_moves i : live (returns w') lo' w' i <-> live (returns w) lo w i.
Proof.
  rewrite moved_returns. split; intros H.
  - induction H as [i H|i j _ IH C H]; [constructor; auto|].
    destruct (was_right i IH) as [[J K]|[J K]].
    + rewrite moved_inner in * by auto. eapply live_reached; eauto.
      replace (word w i + (lo' - lo) - lo') with (word w i - lo) in H by lia. auto.
    + exfalso. unfold w' in C. rewrite relocate_untouched in C by auto. exact (apart i IH J C).
  - induction H as [i H|i j H' IH C H]; [constructor; auto|].
    destruct (was_right i H') as [[J K]|[J K]].
    + eapply live_reached; eauto; rewrite moved_inner by auto.
      * apply inside_moves; auto.
      * replace (word w i + (lo' - lo) - lo') with (word w i - lo) by lia. auto.
    + exfalso. auto.
Qed.

Theorem governs_after_moving : governs L w'.
Proof.
  intros v Len A. rewrite moved_returns. apply govern.
  - rewrite Len. apply relocate_length.
  - intros i H. rewrite A by auto. apply relocate_untouched. auto.
Qed.

Theorem right_after_moving : right L lo' w'.
Proof.
  intros i H. apply live_moves in H. destruct (was_right i H) as [[J K]|[J K]].
  - left. split; auto. rewrite moved_inner by auto. apply inside_moves; auto.
  - right. split; auto. unfold w'. rewrite relocate_untouched by auto. eapply apart; eauto.
Qed.

(* Every pointer of the program's into the frames is adjusted, and every live word that is not one
   is left as it is: the right words are listed. *)
Theorem the_right_words_move i :
  live (returns w) lo w i ->
  (inside lo (word w i) /\ word w' i = word w i + (lo' - lo)) \/
  (~ inside lo (word w i) /\ word w' i = word w i).
Proof.
  intros H. destruct (was_right i H) as [[J K]|[J K]].
  - left. split; auto. apply moved_inner; auto.
  - right. split.
    + intro C. exact (K C).
    + unfold w'. rewrite relocate_untouched by auto. auto.
Qed.
End Moving.

(* ----------------------------------------------------------- the decoder *)

(* A life of a coroutine: it is suspended, moves, runs, and is suspended again. The layout stays
   right all the time. Where the frames are put there is no heap object that a live word leads to
   (premise apart). *)
Inductive life (L : layout) (frame_pointers : list nat) (lo0 : Z) (w0 : list Z) : Z -> list Z -> Prop :=
| suspended : life L frame_pointers lo0 w0 lo0 w0
| thawed lo w lo' : life L frame_pointers lo0 w0 lo w ->
    (forall i, live (returns w) lo w i -> In i (l_live L) -> ~ inside lo' (word w i)) ->
    life L frame_pointers lo0 w0 lo' (relocate (lo' - lo) (l_inner L ++ frame_pointers) w)
| frozen lo w w' : life L frame_pointers lo0 w0 lo w -> length w = length w' ->
    verified L lo w w' -> life L frame_pointers lo0 w0 lo w'.

Theorem right_for_life L frame_pointers lo0 w0 lo w :
  NoDup (l_inner L ++ frame_pointers) ->
  (forall i, In i (l_inner L ++ frame_pointers) -> (i < length w0)%nat) ->
  (forall i, In i (l_abs L) -> ~ In i (l_inner L ++ frame_pointers)) ->
  (forall i, In i (l_live L) -> ~ In i (l_inner L ++ frame_pointers)) ->
  governs L w0 -> right L lo0 w0 -> life L frame_pointers lo0 w0 lo w ->
  length w = length w0 /\ governs L w /\ right L lo w.
Proof.
  intros N I A S G R. induction 1 as [|lo w lo' _ (Len & Gov & IH) Apart|lo w w' _ (Len & Gov & IH) E V].
  - auto.
  - split; [rewrite relocate_length; auto|]. split.
    + apply governs_after_moving; auto.
    + apply right_after_moving; auto. rewrite Len; auto.
  - split; [lia|]. split; [eapply governs_after_freeze; eauto|]. eapply right_after_freeze; eauto.
    intros k J K. apply (S k J). apply in_or_app; auto.
Qed.

Lemma iter_after {A} n (f : A -> A) x : Nat.iter (S n) f x = Nat.iter n f (f x).
Proof. induction n; simpl in *; auto. rewrite IHn. auto. Qed.

(* The decoder's loop: marked words, places that wait to be scanned, objects that have been. *)
Record state := { marked : list nat; pending : list Z; scanned : list nat }.

Section Decoder.
Variable r : list Z.
Variable lo : Z.
Variable w : list Z.

(* visit marks a live word, and remembers where it leads if that is in the frames. *)
Definition visit (s : state) (i : nat) : state :=
  {| marked := i :: marked s;
     pending := if insideb lo (word w i) then (word w i - lo) :: pending s else pending s;
     scanned := scanned s |}.

Definition visits (s : state) (l : list nat) : state := fold_left visit l s.

Definition start : state := visits {| marked := []; pending := []; scanned := [] |} (named r).

(* scan takes the last place that waits; an object is scanned once. *)
Definition scan (s : state) : state :=
  match pending s with
  | [] => s
  | p :: rest =>
    let s' := {| marked := marked s; pending := rest; scanned := scanned s |} in
    match object r p with
    | None => s'
    | Some o =>
      if in_dec Nat.eq_dec o (scanned s) then s'
      else visits {| marked := marked s; pending := rest; scanned := o :: scanned s |} (pointers r o)
    end
  end.

(* What holds before and after each step. *)
Definition waits (s : state) (i : nat) : Prop :=
  inside lo (word w i) ->
  In (word w i - lo) (pending s) \/
  match object r (word w i - lo) with Some o => In o (scanned s) | None => True end.

Record invariant (s : state) : Prop := {
  only_live : forall i, In i (marked s) -> live r lo w i;
  all_named : forall i, In i (named r) -> In i (marked s);
  follow : forall i, In i (marked s) -> waits s i;
  whole : forall o, In o (scanned s) -> forall j, In j (pointers r o) -> In j (marked s);
  from : forall p, In p (pending s) -> exists i, In i (marked s) /\ inside lo (word w i) /\ p = word w i - lo
}.

Lemma visits_marked l s i : In i (marked (visits s l)) <-> In i l \/ In i (marked s).
Proof.
  revert s; induction l as [|a l IH]; intros s; simpl; [tauto|].
  unfold visits in *. rewrite IH. simpl. intuition (subst; auto).
Qed.

Lemma visits_scanned l s : scanned (visits s l) = scanned s.
Proof. revert s; induction l; intros s; simpl; auto. unfold visits in *. rewrite IHl. auto. Qed.

Lemma visits_pending l s p :
  In p (pending (visits s l)) <->
  In p (pending s) \/ exists i, In i l /\ inside lo (word w i) /\ p = word w i - lo.
Proof.
  revert s; induction l as [|a l IH]; intros s; simpl.
  - split; [auto|]. intros [H|(i & [] & _)]; auto.
  - unfold visits in *. rewrite IH. simpl. destruct (insideb lo (word w a)) eqn:E; simpl.
    + apply inside_spec in E. split.
      * intros [[<-|H]|(i & H)]; [right; exists a; auto|auto|right; exists i; tauto].
      * intros [H|(i & [->|H] & C & ->)]; [auto|auto|right; exists i; auto].
    + split.
      * intros [H|(i & H)]; [auto|right; exists i; tauto].
      * intros [H|(i & [->|H] & C & ->)]; [auto| |right; exists i; auto].
        apply inside_spec in C. congruence.
Qed.

Lemma visits_waits l s i : In i l -> waits (visits s l) i.
Proof. intros H C. left. rewrite visits_pending. right. exists i. auto. Qed.

Lemma visits_keep_waiting l s i : waits s i -> waits (visits s l) i.
Proof.
  intros H C. destruct (H C) as [P|P].
  - left. rewrite visits_pending. auto.
  - right. rewrite visits_scanned. auto.
Qed.

Lemma start_invariant : invariant start.
Proof.
  constructor; unfold start.
  - intros i H. rewrite visits_marked in H. destruct H as [H|[]]. constructor; auto.
  - intros i H. rewrite visits_marked. auto.
  - intros i H. rewrite visits_marked in H. destruct H as [H|[]]. apply visits_waits; auto.
  - intros o H. rewrite visits_scanned in H. destruct H.
  - intros p H. rewrite visits_pending in H. destruct H as [[]|(i & H & C & ->)].
    exists i. rewrite visits_marked. auto.
Qed.

Lemma scan_invariant s : invariant s -> invariant (scan s).
Proof.
  intros [O A F W P]. unfold scan. destruct (pending s) as [|p rest] eqn:E; [constructor; auto; rewrite E; auto|].
  assert (Live : forall o, object r p = Some o -> forall j, In j (pointers r o) -> live r lo w j).
  { intros o Ho j J. destruct (P p) as (i & Mi & Ci & ->); [left; auto|].
    eapply live_reached; eauto. unfold reached. rewrite Ho. auto. }
  destruct (object r p) as [o|] eqn:Ob.
  - destruct (in_dec Nat.eq_dec o (scanned s)) as [D|D].
    + constructor; simpl; auto.
      * intros i Mi C. destruct (F i Mi C) as [Q|Q]; auto. rewrite E in Q. destruct Q as [Q|Q]; auto.
        right. rewrite <- Q, Ob. auto.
      * intros q Q. apply P. right; auto.
    + constructor.
      * intros i H. rewrite visits_marked in H. destruct H as [H|H]; eauto.
      * intros i H. rewrite visits_marked. simpl. auto.
      * intros i H. rewrite visits_marked in H. destruct H as [H|H]; [apply visits_waits; auto|].
        apply visits_keep_waiting. intros C. simpl in *. destruct (F i H C) as [Q|Q].
        -- rewrite E in Q. destruct Q as [Q|Q]; auto. right. rewrite <- Q, Ob. auto.
        -- right. destruct (object r (word w i - lo)); auto.
      * intros o' H j J. rewrite visits_scanned in H. rewrite visits_marked. simpl in *.
        destruct H as [<-|H]; auto. right. eapply W; eauto.
      * intros q Q. rewrite visits_pending in Q. simpl in Q. destruct Q as [Q|(i & I & C & ->)].
        -- destruct (P q) as (i & Mi & H); [right; auto|]. exists i. rewrite visits_marked. auto.
        -- exists i. rewrite visits_marked. auto.
  - constructor; simpl; auto.
    + intros i Mi C. destruct (F i Mi C) as [Q|Q]; auto. rewrite E in Q. destruct Q as [Q|Q]; auto.
      right. rewrite <- Q, Ob. auto.
    + intros q Q. apply P. right; auto.
Qed.

(* When nothing waits any more, exactly the live words are marked. *)
Theorem decoder_is_right n :
  let s := Nat.iter n scan start in
  pending s = [] -> forall i, In i (marked s) <-> live r lo w i.
Proof.
  intros s E.
  assert (I : invariant s).
  { subst s. clear E. induction n; simpl; [apply start_invariant|apply scan_invariant; auto]. }
  destruct I as [O A F W P]. intros i. split; [apply O|].
  induction 1 as [i H|i j _ IH C H]; [apply A; auto|].
  destruct (F i IH C) as [Q|Q]; [rewrite E in Q; destruct Q|].
  unfold reached in H. destruct (object r (word w i - lo)) as [o|]; [eapply W; eauto|destruct H].
Qed.

(* The layout that the decoder makes of the marked words is right. *)
Theorem decoded_layout_is_right n abs :
  r = returns w ->
  let s := Nat.iter n scan start in
  let L := {| l_abs := abs;
              l_inner := filter (fun i => insideb lo (word w i)) (marked s);
              l_live := filter (fun i => negb (insideb lo (word w i))) (marked s) |} in
  pending s = [] -> right L lo w /\ exact L lo w /\ (forall k, In k (l_live L) -> ~ In k (l_inner L)).
Proof.
  intros Er s L E. unfold right, exact. rewrite <- Er. subst L; simpl. repeat split.
  - intros i H. rewrite !filter_In, negb_true_iff.
    apply (decoder_is_right n E) in H. fold s in H.
    destruct (insideb lo (word w i)) eqn:B; [left|right].
    + apply inside_spec in B. auto.
    + split; auto. intro C. apply inside_spec in C. congruence.
  - intros i H. rewrite !filter_In in H. apply (decoder_is_right n E). tauto.
  - intros k H K. rewrite filter_In in H, K. destruct H as (_ & H), K as (_ & K).
    rewrite K in H. discriminate.
Qed.

(* And the loop ends, because a function has only so many objects. *)
Variable objects : list nat.
Hypothesis finite : forall p o, object r p = Some o -> In o objects.

Definition unscanned (s : state) : list nat :=
  filter (fun o => if in_dec Nat.eq_dec o (scanned s) then false else true) objects.

Lemma filter_shorter (f g : nat -> bool) l :
  (forall x, g x = true -> f x = true) -> (length (filter g l) <= length (filter f l))%nat.
Proof.
  intros H. induction l as [|x l IH]; simpl; auto.
  destruct (g x) eqn:G; [rewrite (H x G); simpl; lia|]. destruct (f x); simpl; lia.
Qed.

Lemma filter_strictly_shorter (f g : nat -> bool) l a :
  (forall x, g x = true -> f x = true) -> In a l -> f a = true -> g a = false ->
  (length (filter g l) < length (filter f l))%nat.
Proof.
  intros H. induction l as [|x l IH]; intros I Fa Ga; [destruct I|]. simpl. destruct I as [->|I].
  - rewrite Fa, Ga. simpl. pose proof (filter_shorter f g l H). lia.
  - specialize (IH I Fa Ga). destruct (g x) eqn:G; [rewrite (H x G); simpl; lia|]. destruct (f x); simpl; lia.
Qed.

Theorem decoder_ends : exists n, pending (Nat.iter n scan start) = [].
Proof.
  assert (forall m k s, length (unscanned s) = m -> length (pending s) = k ->
    exists n, pending (Nat.iter n scan s) = []) as H.
  { induction m as [m IHm] using lt_wf_ind. induction k as [k IHk] using lt_wf_ind.
    intros s M K. destruct (pending s) as [|p rest] eqn:E; [exists O; auto|].
    assert (again : (exists n, pending (Nat.iter n scan (scan s)) = []) -> exists n, pending (Nat.iter n scan s) = []).
    { intros (n & Hn). exists (S n). rewrite iter_after. auto. }
    apply again. unfold scan at 2. rewrite E.
    destruct (object r p) as [o|] eqn:Ob.
    - destruct (in_dec Nat.eq_dec o (scanned s)) as [D|D].
      + eapply (IHk (length rest)); auto. simpl in K. lia.
      + eapply IHm; [|reflexivity|reflexivity]. rewrite <- M. unfold unscanned.
        rewrite visits_scanned. apply filter_strictly_shorter with (a := o); simpl.
        * intros x. destruct (Nat.eq_dec o x); [discriminate|].
          destruct (in_dec Nat.eq_dec x (scanned s)); auto.
        * eapply finite; eauto.
        * destruct (in_dec Nat.eq_dec o (scanned s)); tauto.
        * destruct (Nat.eq_dec o o); congruence.
    - eapply (IHk (length rest)); auto. simpl in K. lia. }
  eapply H; eauto.
Qed.

End Decoder.

(* The computation, too, gives the same set: two decodings of frames whose abs and inner words are
   equal, and whose live words do not lead into the stack, mark the same words. *)
Theorem decodings_agree L lo w w' n n' i :
  length w = length w' -> governs L w ->
  right L lo w -> verified L lo w w' ->
  (forall k, In k (l_live L) -> ~ In k (l_inner L)) ->
  let s := Nat.iter n (scan (returns w) lo w) (start (returns w) lo w) in
  let s' := Nat.iter n' (scan (returns w') lo w') (start (returns w') lo w') in
  pending s = [] -> pending s' = [] -> (In i (marked s) <-> In i (marked s')).
Proof.
  intros Len G R V A s s' E E'. subst s s'.
  rewrite (decoder_is_right (returns w) lo w n E i), (decoder_is_right (returns w') lo w' n' E' i).
  symmetry. eapply live_same; eauto.
Qed.

End Liveness.

(* --------------------------------------------------------------- unwinding *)

(* The decoder's walk: the frame suspended at pc has as many words as the tables say, of which the
   last is the return address, which is where the next frame is suspended. *)
Section Unwinding.
Variable frame_words : Z -> nat.
Variable pc : Z.

Fixpoint unwind (fuel : nat) (pc : Z) (off : nat) (w : list Z) : list (nat * Z) :=
  match fuel with
  | O => []
  | S f =>
    let next := (off + frame_words pc)%nat in
    if (next <=? length w)%nat
    then (next - 1, word w (next - 1))%nat :: unwind f (word w (next - 1)%nat) next w
    else []
  end.

Lemma unwind_same fuel q off w w' :
  length w' = length w ->
  (forall i, In i (map fst (unwind fuel q off w)) -> word w' i = word w i) ->
  unwind fuel q off w' = unwind fuel q off w.
Proof.
  intros Len. revert q off. induction fuel as [|f IH]; intros q off H; simpl in *; auto.
  rewrite Len. destruct (off + frame_words q <=? length w)%nat; auto. simpl in H.
  rewrite (H (off + frame_words q - 1)%nat) by auto. f_equal. apply IH. auto.
Qed.

Theorem unwinding_governs fuel w inner live :
  governs (fun w => map snd (unwind fuel pc 0 w))
    {| l_abs := map fst (unwind fuel pc 0 w); l_inner := inner; l_live := live |} w.
Proof. intros w' Len A. f_equal. apply unwind_same; auto. Qed.

End Unwinding.

(* ------------------------------------------------ the hypotheses can be met *)

(* A function whose frame has four words: a pointer by name (0), a variable whose address has been
   taken and that holds a pointer (1), a plain word (2), and the return address (3). The pointer
   leads to the variable. *)
Definition one_returns (w : list Z) := map snd (unwind (fun _ => 4%nat) 77 1 0 w).
Definition one_named (_ : list Z) := [0%nat].
Definition one_object (_ : list Z) (d : Z) := if (8 <=? d) && (d <? 16) then Some 5%nat else None.
Definition one_pointers (_ : list Z) (_ : nat) := [1%nat].
Definition one_words := [1008; 900000; 42; 77].

Example one_decoded :
  let s := Nat.iter 1 (scan one_object one_pointers 32 (one_returns one_words) 1000 one_words)
    (start one_named 32 (one_returns one_words) 1000 one_words) in
  (marked s, pending s) = ([1; 0]%nat, []).
Proof. reflexivity. Qed.

Example one_moved : relocate (5000 - 1000) [0%nat] one_words = [5008; 900000; 42; 77].
Proof. reflexivity. Qed.

(* What is left out of a layout makes it wrong, and what is listed twice moves twice. *)
Example left_out_is_wrong :
  ~ right one_returns one_named one_object one_pointers 32
      {| l_abs := [3%nat]; l_inner := [0%nat]; l_live := [] |} 1000 one_words.
Proof.
  intros H. destruct (H 1%nat) as [([I|[]] & _)|([] & _)]; [|discriminate].
  eapply live_reached with (i := 0%nat).
  - constructor. left. auto.
  - unfold inside, word, one_words. cbn [nth]. lia.
  - simpl. auto.
Qed.

Example twice_is_wrong : word (relocate 8 [0; 0]%nat one_words) 0 <> word one_words 0 + 8.
Proof. discriminate. Qed.

